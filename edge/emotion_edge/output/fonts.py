"""Fonts for labels in any script: Pillow's own, else one of those that the system has."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path

from PIL import ImageFont, features

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
SUFFIXES = (".ttf", ".otf", ".ttc")
MAX_FILES = 2000  # a search takes about a millisecond a file
_STYLES = ("bold", "italic", "oblique", "mono", "light", "thin", "black", "condensed", "serif")
_JOINERS = "\u200c\u200d"  # invisible, but part of words and emoji
_NO_CHARACTER = "\uffff"  # no font has it, so that it is drawn as any missing character

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def default_font(size: int) -> Font:
    """Return Pillow's own font, which may have Latin letters only. size: in pixels."""
    try:
        return ImageFont.load_default(size)
    except TypeError:  # Bookworm's Pillow 9.4 has one size only
        return ImageFont.load_default()


class FontFinder:
    """Finds a font that can draw a text, and remembers which."""

    def __init__(self, folders: Sequence[str] = FOLDERS) -> None:
        """folders: where the system's fonts are, also in subfolders."""
        self._folders = folders
        self._files: list[str] | None = None
        self._found: dict[str, str | None] = {}

    def find(self, text: str, size: int) -> Font | None:
        """Return a font that has every character of `text`; None if there is none."""
        default = default_font(size)
        if is_drawable(text) and covers(default, text):
            return default
        if text not in self._found:
            self._found[text] = self._search(text)
        path = self._found[text]
        return _load(path, size) if path else None

    def _search(self, text: str) -> str | None:
        if self._files is None:
            self._files = sorted(islice(_font_files(self._folders), MAX_FILES), key=_rank)
        files = self._files if is_drawable(text) else []
        return next((path for path in files if covers(_load(path, 20), text)), None)

    @property
    def missing(self) -> list[str]:
        """The texts for which no font was found."""
        return [text for text, path in self._found.items() if path is None]


def is_drawable(text: str) -> bool:
    """Return whether a text has only visible characters, which this Pillow can arrange.

    Without the library Raqm, Pillow draws Arabic from left to right and Devanagari in pieces.
    """
    if not text.replace(_JOINERS[0], "").replace(_JOINERS[1], "").isprintable():
        return False
    return bool(features.check("raqm")) or not any(map(_needs_arranging, text))


def _needs_arranging(character: str) -> bool:
    right_to_left = unicodedata.bidirectional(character) in ("R", "AL")
    return right_to_left or character in _JOINERS or unicodedata.category(character)[0] == "M"


def covers(font: Font | None, text: str) -> bool:
    """Return whether a font has every character of `text`; False without a font."""
    if font is None:
        return False
    try:
        if not isinstance(font, ImageFont.FreeTypeFont):
            return bool(text.encode("latin-1"))  # all that Pillow's bitmaps have
        missing = _drawn(font, _NO_CHARACTER)
        letters = {each for each in text if not each.isspace() and each not in _JOINERS}
        return all(_drawn(font, letter) != missing for letter in letters)
    except (OSError, ValueError):  # a damaged font; a lone surrogate
        return False


def _drawn(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def _load(path: str, size: int) -> Font | None:
    """Return a font; None if it cannot be used, as fonts of coloured pictures in one size."""
    with suppress(OSError, ImportError):  # ImportError: a Pillow without FreeType
        return ImageFont.truetype(path, size)
    return None


def _font_files(folders: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        for place, _, names in os.walk(Path(folder).expanduser()):
            for name in names:
                if name.lower().endswith(SUFFIXES):
                    yield f"{place}/{name}"


def _rank(path: str) -> tuple[int, int, str]:
    """Return a key by which plain fonts come first."""
    name = Path(path).name.lower()
    return sum(style in name for style in _STYLES), len(name), path
