"""Draw boxes and captions on pictures, and a legend of labels that have no room or no font."""

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw

from emotion_edge.output.fonts import Font, FontFinder, covers, default_font

MIN_TEXT = 12  # pixels: the smallest size of text
_BOX_COLOUR, _TEXT_COLOUR, _PADDING = (255, 214, 10), (20, 20, 20), 2


class Caption(NamedTuple):
    """Text to draw, and the box it belongs to: left, top and side in pixels of the picture.

    label: in any script. detail: in ASCII, drawn after it.
    """

    label: str
    detail: str = ""
    box: tuple[float, float, float] | None = None


class Piece(NamedTuple):
    """A text in one font."""

    text: str
    font: Font


class CaptionWriter:
    """Draws captions; a label that cannot be drawn gets a number, which `add_legend` explains."""

    def __init__(self, fonts: FontFinder) -> None:
        """Start with an empty legend."""
        self._fonts = fonts
        self._numbers: dict[str, int] = {}

    def draw(self, picture: Image.Image, captions: Sequence[Caption], side: int) -> Image.Image:
        """Return a copy whose longer side is `side`, with the captions and their boxes."""
        scale = side / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        copy = picture.resize(size, Image.Resampling.BILINEAR)
        pen = ImageDraw.Draw(copy)
        for caption in captions:
            pieces = self._pieces(caption, max(MIN_TEXT, side // 22), copy.width)
            width, height = _extent(pieces)
            left = top = 0.0
            if caption.box:
                left, top, box = (scale * value for value in caption.box)
                pen.rectangle((left, top, left + box, top + box), outline=_BOX_COLOUR, width=2)
                top -= height + 2 * _PADDING  # above the face, if there is room
            left = max(_PADDING, min(left, copy.width - width - _PADDING))
            _write(pen, (left, max(_PADDING, top)), pieces)
        return copy

    def _pieces(self, caption: Caption, size: int, width: int) -> list[Piece]:
        """Return a caption's texts, as large as fits, with a number if no size fits."""
        label = unicodedata.normalize("NFC", caption.label)
        sizes = sorted({size, max(MIN_TEXT, size * 2 // 3), MIN_TEXT}, reverse=True)
        fonts = [(each, self._fonts.find(label, each)) for each in sizes]
        whole = [[Piece(label, font), *_details(caption, each)] for each, font in fonts if font]
        if fitting := [pieces for pieces in whole if _extent(pieces)[0] + _PADDING <= width]:
            return fitting[0]
        number = f"[{self._number(label)}]"
        short = [[Piece(number, default_font(each)), *_details(caption, each)] for each in sizes]
        return next((pieces for pieces in short if _extent(pieces)[0] <= width), short[-1])

    def _number(self, label: str) -> int:
        if label not in self._numbers:
            self._numbers[label] = len(self._numbers) + 1
        return self._numbers[label]

    def add_legend(self, picture: Image.Image) -> Image.Image:
        """Return the picture with the numbered labels below it, or as it is if there are none."""
        lines = [line for item in self._numbers.items() for line in self._lines(*item, picture)]
        if not lines:
            return picture
        heights = [round(_extent([line])[1]) + 2 * _PADDING for line in lines]
        result = Image.new("RGB", (picture.width, picture.height + sum(heights)), "white")
        result.paste(picture)
        pen, top = ImageDraw.Draw(result), picture.height
        for line, height in zip(lines, heights, strict=True):
            pen.text((_PADDING, top), line.text, font=line.font, fill=_TEXT_COLOUR)
            top += height
        return result

    def _lines(self, label: str, number: int, picture: Image.Image) -> Iterator[Piece]:
        size = max(MIN_TEXT, min(max(picture.size) // 40, 24))
        text, font = f"[{number}] {label}", self._fonts.find(label, size)
        if font is None or not covers(font, text):
            text = f"[{number}] {label.encode('unicode_escape').decode('ascii')}"
            font = default_font(size)
        per_line = picture.width * len(text) // max(1, round(_extent([Piece(text, font)])[0]))
        for line in textwrap.wrap(text, max(8, per_line - 2)):
            yield Piece(line, font)


def _details(caption: Caption, size: int) -> list[Piece]:
    return [Piece(" " + caption.detail, default_font(size))] if caption.detail else []


def _extent(pieces: Sequence[Piece]) -> tuple[float, float]:
    """Return the width and the height of texts that stand beside each other, in pixels."""
    boxes = [piece.font.getbbox(piece.text) for piece in pieces]
    return sum(box[2] for box in boxes), max(box[3] for box in boxes)


def _write(pen: ImageDraw.ImageDraw, corner: tuple[float, float], pieces: Sequence[Piece]) -> None:
    (left, top), (width, height) = corner, _extent(pieces)
    box = (left - _PADDING, top - _PADDING, left + width + _PADDING, top + height + _PADDING)
    pen.rectangle(box, fill=_BOX_COLOUR)
    for text, font in pieces:
        pen.text((left, top), text, font=font, fill=_TEXT_COLOUR)
        left += font.getbbox(text)[2]
