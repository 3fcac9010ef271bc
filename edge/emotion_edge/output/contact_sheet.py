"""Pictures with boxes and labels: one as it is, several as a contact sheet. `--draw`."""

import io
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event

from PIL import Image

from emotion_edge.model.contract import UNKNOWN
from emotion_edge.output.captions import Caption, CaptionWriter
from emotion_edge.output.draw_target import SUFFIXES, check_target
from emotion_edge.output.fonts import FontFinder
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.results import FaceResult, FrameResult, Result
from emotion_edge.util.atomic_write import staged_write

MAX_PICTURES = 60
_TILE, _COLUMNS, _GAP = 320, 5, 6
_MAX_SINGLE = 1600  # pixels of a single picture's longer side; a tile's at least
_FONT_HINT = (
    "a legend explains their numbers; fonts: sudo apt install fonts-noto-core fonts-noto-cjk"
)

log = logging.getLogger(__name__)


class ContactSheet:
    """At most MAX_PICTURES pictures with boxes and labels."""

    def __init__(self) -> None:
        """Start without pictures."""
        self.pictures: list[Image.Image] = []
        self._left_out = 0
        self._fonts = FontFinder()
        self._single_writer, self._writer = (CaptionWriter(self._fonts) for _ in range(2))

    def add(self, result: FrameResult) -> None:
        """Add a picture, or a frame of a stream in which a label changed."""
        if not _is_reported(result):
            return
        if len(self.pictures) == MAX_PICTURES:
            self._left_out += 1
            return
        picture, captions = Image.fromarray(result.frame.pixels), list(captions_of(result))
        if not self.pictures:
            longer = min(max(*picture.size, _TILE), _MAX_SINGLE)
            self._single = self._single_writer.draw(picture, captions, longer)
        self.pictures.append(self._writer.draw(picture, captions, _TILE))

    def image(self) -> Image.Image:
        """Return the only picture, or a sheet of several."""
        if len(self.pictures) == 1:
            return self._single_writer.add_legend(self._single)
        columns = min(_COLUMNS, len(self.pictures))
        rows = -(-len(self.pictures) // columns)
        step = _TILE + _GAP
        sheet = Image.new("RGB", (columns * step + _GAP, rows * step + _GAP), "white")
        for i, picture in enumerate(self.pictures):
            left = _GAP + i % columns * step + (_TILE - picture.width) // 2
            sheet.paste(picture, (left, _GAP + i // columns * step + (_TILE - picture.height) // 2))
        return self._writer.add_legend(sheet)

    def write(self, path: Path) -> None:
        """Write the image, whole or not at all; raises RunError if it cannot be written."""
        if not self.pictures:
            log.warning("%s: not written, because there was no picture", path)
            return
        if self._left_out:
            shown = (path, MAX_PICTURES, self._left_out)
            log.warning("%s: shows the first %d pictures, %d more are left out", *shown)
        if missing := self._fonts.missing:
            names = ", ".join(map(repr, missing))
            log.warning("%s: no font here can draw %s; %s", path, names, _FONT_HINT)
        stream = io.BytesIO()
        self.image().save(stream, SUFFIXES[path.suffix.lower()], quality=90)
        with staged_write(path.parent) as stage:
            (stage / path.name).write_bytes(stream.getvalue())


class ContactSheetSink(Sink):
    """Writes a contact sheet when the source has ended."""

    def __init__(self, path: Path, source: str, stop: Event) -> None:
        """Check `path`; raises UserError unless a picture may and can be written there."""
        check_target(path, source, stop)
        self._path, self._sheet = path, ContactSheet()

    def __exit__(self, *exception: object) -> None:
        """Write the sheet, also after an error."""
        self._sheet.write(self._path)

    def publish(self, result: Result) -> None:
        """Add a frame's result."""
        if isinstance(result, FrameResult):
            self._sheet.add(result)


def _is_reported(result: FrameResult) -> bool:
    events = {result.nobody, *(face.event for face in result.faces)}
    return bool(result.ended) or bool(events & {"picture", "change"})


def captions_of(result: FrameResult) -> Iterator[Caption]:
    """Yield what is drawn on a frame: each face that has a label, and what is said of others."""
    yield from face_captions(result.faces, 1 / result.frame.reduction)
    if result.nobody or (result.ended and not result.face_count):
        yield Caption("no face")
    elif result.ended:
        yield Caption(", ".join(f"face {number} has gone" for number in result.ended))


def face_captions(faces: Iterable[FaceResult], factor: float) -> Iterator[Caption]:
    """Yield what is drawn on each face that has a label.

    factor: from pixels of the faces' boxes to the picture's.
    """
    for face in (each for each in faces if each.decided):
        yield Caption(face.decision.label, _detail(face), face.box and face.box.scaled(factor))


def _detail(face: FaceResult) -> str:
    """Return the score on which the label is based; for "unknown", which has none, the reason."""
    label, reason = face.decision.label, face.decision.reason
    if label == UNKNOWN:
        return f"({reason})"
    return f"{face.scores[list(face.classification.scores).index(label)]:.2f}"
