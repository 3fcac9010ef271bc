"""Pictures with boxes and labels: one as it is, several as a contact sheet. `--draw`."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from emotion_edge.capture.source import source_includes
from emotion_edge.errors import UserError
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.results import FaceResult, FrameResult, Result
from emotion_edge.util.atomic_write import staged_write

MAX_PICTURES = 60
SUFFIXES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
_TILE, _COLUMNS, _GAP = 320, 5, 6
_MAX_SINGLE = 1600  # pixels of a single picture's longer side; a tile's at least
_BOX_COLOUR, _TEXT_COLOUR = (255, 214, 10), (20, 20, 20)

log = logging.getLogger(__name__)


class Caption(NamedTuple):
    """Text to draw, and the box it belongs to: left, top and side in pixels of the picture."""

    text: str
    box: tuple[float, float, float] | None = None


class ContactSheet:
    """At most MAX_PICTURES pictures with boxes and labels."""

    def __init__(self) -> None:
        """Start without pictures."""
        self.pictures: list[Image.Image] = []
        self._left_out = 0

    def add(self, result: FrameResult) -> None:
        """Add a picture, or a frame of a stream in which a label changed."""
        if not _is_reported(result):
            return
        if len(self.pictures) == MAX_PICTURES:
            self._left_out += 1
            return
        picture, captions = Image.fromarray(result.frame.pixels), list(_captions(result))
        if not self.pictures:
            longer = min(max(*picture.size, _TILE), _MAX_SINGLE)
            self._single = draw(picture, captions, longer)
        self.pictures.append(draw(picture, captions, _TILE))

    def image(self) -> Image.Image:
        """Return the only picture, or a sheet of several."""
        if len(self.pictures) == 1:
            return self._single
        columns = min(_COLUMNS, len(self.pictures))
        rows = -(-len(self.pictures) // columns)
        step = _TILE + _GAP
        sheet = Image.new("RGB", (columns * step + _GAP, rows * step + _GAP), "white")
        for i, picture in enumerate(self.pictures):
            left = _GAP + i % columns * step + (_TILE - picture.width) // 2
            sheet.paste(picture, (left, _GAP + i // columns * step + (_TILE - picture.height) // 2))
        return sheet

    def write(self, path: Path) -> None:
        """Write the image, whole or not at all; raises RunError if it cannot be written."""
        if not self.pictures:
            log.warning("%s: not written, because there was no picture", path)
            return
        if self._left_out:
            shown = (path, MAX_PICTURES, self._left_out)
            log.warning("%s: shows the first %d pictures, %d more are left out", *shown)
        stream = io.BytesIO()
        self.image().save(stream, SUFFIXES[path.suffix.lower()], quality=90)
        with staged_write(path.parent) as stage:
            (stage / path.name).write_bytes(stream.getvalue())


class ContactSheetSink(Sink):
    """Writes a contact sheet when the source has ended."""

    def __init__(self, path: Path, source: str) -> None:
        """Check `path`; raises UserError unless it names an image that is not in `source`."""
        _check(path, source)
        self._path, self._sheet = path, ContactSheet()

    def __exit__(self, *exception: object) -> None:
        """Write the sheet, also after an error."""
        self._sheet.write(self._path)

    def publish(self, result: Result) -> None:
        """Add a frame's result."""
        if isinstance(result, FrameResult):
            self._sheet.add(result)


def _check(path: Path, source: str) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"--draw {path}: the name must end in {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise UserError(f"--draw {path} is a folder: name a file, such as sheet.jpg in it")
    if path.exists() and source_includes(source, path):
        raise UserError(f"--draw {path} would replace a picture of --source: name another file")


def _is_reported(result: FrameResult) -> bool:
    events = {result.nobody, *(face.event for face in result.faces)}
    return bool(result.ended) or bool(events & {"picture", "change"})


def _captions(result: FrameResult) -> Iterator[Caption]:
    for face in result.faces:
        yield Caption(_text(face), face.box and face.box.scaled(1 / result.frame.reduction))
    if result.ended or result.nobody:
        yield Caption("no face")


def _text(face: FaceResult) -> str:
    answer, label = face.classification, face.decision.label
    return f"{label} {answer.scores.get(label, answer.score):.2f}"


def draw(picture: Image.Image, captions: list[Caption], side: int) -> Image.Image:
    """Return a copy whose longer side is `side`, with the captions and their boxes."""
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    copy = picture.resize(size, Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(copy)
    font = _font(max(12, max(size) // 22))
    for text, box in captions:
        corner = (0.0, 0.0)
        if box:
            left, top, width = (scale * value for value in box)
            pen.rectangle((left, top, left + width, top + width), outline=_BOX_COLOUR, width=2)
            height = pen.textbbox((0, 0), text, font=font)[3] + 4
            corner = (max(0.0, left), max(0.0, top - height))  # above the face, if there is room
        _write(pen, corner, text, font)
    return copy


def _write(
    pen: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    text: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    box = pen.textbbox(corner, text, font=font)
    pen.rectangle((box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2), fill=_BOX_COLOUR)
    pen.text(corner, text, font=font, fill=_TEXT_COLOUR)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.load_default(size)
    except TypeError:  # Bookworm's Pillow 9.4 has one size only
        return ImageFont.load_default()
