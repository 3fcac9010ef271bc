"""Faces in pictures that others send: POST /api/faces."""

import io
from threading import Event

from emotion_edge.capture.frame import Frame
from emotion_edge.imaging.image_files import read_picture
from emotion_edge.output.json_lines import Line, face_fields
from emotion_edge.output.web.worker import Worker
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.factory import AnalyzerSettings, make_analyzer

MAX_OPEN = 5  # pictures, of at most 16 MB each, that come, wait or are read


class FaceReader:
    """Finds faces on a thread of its own, by an analyzer that is made for the first picture.

    The daemon's own analyzer belongs to the main thread.
    """

    def __init__(self, settings: AnalyzerSettings, max_megapixels: float, stop: Event) -> None:
        """settings: the daemon's. max_megapixels: of a picture. stop: ends a start of the model."""
        self._settings, self._max_megapixels, self._stop = settings, max_megapixels, stop
        self._analyzer: FaceAnalyzer | None = None
        self._stale = True
        self.worker = Worker("web-faces", MAX_OPEN)

    def reload(self) -> None:
        """Make the analyzer again for the next picture: there is another model."""
        self._stale = True

    def read(self, content: bytes) -> list[Line]:
        """Return the fields of each face in a picture file; on the worker's thread.

        Raises ImageError, UserError, RunError, or StoppedError.
        """
        picture = read_picture(io.BytesIO(content), self._max_megapixels)
        frame = Frame("", 0, picture.pixels, reduction=picture.reduction, face=picture.face)
        return [face_fields(face, face.decision) for face in self._ready().process(frame).faces]

    def _ready(self) -> FaceAnalyzer:
        if self._analyzer is None or self._stale:
            self._stale = False
            self._analyzer = None  # two at once would take twice the memory
            self._analyzer = make_analyzer(self._settings, self._stop)
        return self._analyzer
