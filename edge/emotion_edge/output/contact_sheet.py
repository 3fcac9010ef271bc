"""What was said, drawn on the pictures: one as it is, several as a contact sheet."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from emotion_edge.capture.frame import Frame
from emotion_edge.capture.source import source_includes
from emotion_edge.errors import UserError
from emotion_edge.model.contract import NO_FACE
from emotion_edge.pipeline.analyzer import FaceResult
from emotion_edge.util.atomic_write import staged_write

MOST = 60  # pictures on a sheet
_LONGER = 1600  # pixels of a single picture's longer side, at most; at least that of a tile
_TILE, _COLUMNS, _GAP = 320, 5, 6
_COLOUR, _WORDS = (255, 214, 10), (20, 20, 20)
SUFFIXES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}

log = logging.getLogger("emotion-edge")


class ContactSheet:
    """Pictures with boxes and labels, at most MOST of them."""

    def __init__(self) -> None:
        """Begin with none."""
        self.pictures: list[Image.Image] = []
        self._more = 0

    def add(self, frame: Frame, sightings: list[FaceResult]) -> None:
        """Take a picture, or a frame of a stream in which another label is said than before."""
        if not any(sighting.changed for sighting in sightings):
            return
        if len(self.pictures) == MOST:
            self._more += 1
            return
        picture = Image.fromarray(frame.pixels)
        if not self.pictures:
            longer = min(max(*picture.size, _TILE), _LONGER)
            self._alone = draw(picture, sightings, longer)
        self.pictures.append(draw(picture, sightings, _TILE))

    def image(self) -> Image.Image:
        """Return the one picture, or a sheet of several."""
        if len(self.pictures) == 1:
            return self._alone
        columns = min(_COLUMNS, len(self.pictures))
        rows = -(-len(self.pictures) // columns)
        step = _TILE + _GAP
        sheet = Image.new("RGB", (columns * step + _GAP, rows * step + _GAP), "white")
        for i, picture in enumerate(self.pictures):
            left = _GAP + i % columns * step + (_TILE - picture.width) // 2
            sheet.paste(picture, (left, _GAP + i // columns * step + (_TILE - picture.height) // 2))
        return sheet

    def write(self, path: Path) -> None:
        """Write the image, whole or not at all; raises RunError where that cannot be done."""
        if not self.pictures:
            log.warning("%s: not written, for there was no picture", path)
            return
        if self._more:
            log.warning("%s: shows the first %d pictures, not %d more", path, MOST, self._more)
        stream = io.BytesIO()
        self.image().save(stream, SUFFIXES[path.suffix.lower()], quality=90)
        with staged_write(path.parent) as stage:
            (stage / path.name).write_bytes(stream.getvalue())


@contextmanager
def drawing(path: Path, source: str) -> Iterator[ContactSheet]:
    """Yield a sheet that is written to `path` in the end.

    Raises UserError for a name that is no picture's, and for a picture of `source`.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"--draw {path}: the name must end in {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise UserError(f"--draw {path} is a folder: name a file, such as sheet.jpg in it")
    if path.exists() and source_includes(source, path):
        raise UserError(f"--draw {path} would replace a picture of --source: name another file")
    sheet = ContactSheet()
    try:
        yield sheet
    finally:
        sheet.write(path)


def draw(picture: Image.Image, sightings: list[FaceResult], side: int) -> Image.Image:
    """Return a copy whose longer side is `side`, with a box and a label for each face."""
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    copy = picture.resize(size, Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(copy)
    font = _font(max(12, max(size) // 22))
    for sighting in sightings:
        corner = (0.0, 0.0)
        if box := sighting.box:
            left, top, width = (scale * value for value in (box.x, box.y, box.side))
            pen.rectangle((left, top, left + width, top + width), outline=_COLOUR, width=2)
            corner = (max(0.0, left), max(0.0, top))
        _write(pen, corner, _words(sighting), font)
    return copy


def _words(sighting: FaceResult) -> str:
    label = sighting.said.label
    if label == NO_FACE or sighting.result is None:
        return "no face" if label == NO_FACE else label
    return f"{label} {sighting.result.scores.get(label, sighting.result.score):.2f}"


def _write(
    pen: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    words: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    box = pen.textbbox(corner, words, font=font)
    pen.rectangle((box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2), fill=_COLOUR)
    pen.text(corner, words, font=font, fill=_WORDS)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.load_default(size)
    except TypeError:  # Bookworm's Pillow 9.4 has one size only
        return ImageFont.load_default()
