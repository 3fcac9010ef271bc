"""The picture on the page: scaled on the main thread, drawn and encoded on another.

Only frames that somebody waits for cost anything. The main thread makes a small copy, because a
camera may use a frame's memory again; nothing here holds a frame's own pixels.
"""

import io
import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.output.web.worker import give_way
from emotion_edge.pipeline.results import FaceResult, FrameResult

SNAPSHOT_WIDTH = 1280  # pixels, at most
_QUALITY = {"stream": 75, "snapshot": 90}
_AHEAD = 0.1  # of the time between two pictures: a frame that comes so much early counts as in time
log = logging.getLogger(__name__)


class _Job(NamedTuple):
    """A picture to draw, for the "stream" or a "snapshot".

    factor: from pixels of the faces' boxes to the image's. generation: see `Pictures.forget`.
    """

    kind: str
    image: Image.Image
    faces: tuple[FaceResult, ...]
    factor: float
    generation: int


class Pictures:
    """Makes JPEGs of the frames that somebody wants to see."""

    def __init__(self, width: int, rate: float, deliver: Callable[[str, bytes], None]) -> None:
        """width: pixels of the stream's pictures. rate: of each kind, a second, at most.

        deliver: is called on the worker's thread with the kind, "stream" or "snapshot", and a JPEG.
        """
        self._widths = {"stream": width, "snapshot": SNAPSHOT_WIDTH}
        self._interval, self._deliver = 1 / rate, deliver
        self._due = dict.fromkeys(self._widths, -math.inf)
        self._busy, self._generation = False, 0
        self._worker = ThreadPoolExecutor(1, "web-picture", initializer=give_way)

    def forget(self) -> None:
        """Deliver nothing of what has been seen until now."""
        self._generation += 1

    def close(self) -> None:
        """Draw nothing any more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def offer(self, result: FrameResult, *, streaming: bool, snapshot: bool = False) -> None:
        """Take a copy of a frame if somebody wants to see it.

        streaming: whether somebody watches. snapshot: whether somebody waits for one. A frame is
        left out while the former one is being drawn.
        """
        if not (streaming or snapshot) or self._busy:
            return
        if kinds := self._due_of({"stream": streaming, "snapshot": snapshot}):
            jobs = [self._job(kind, result) for kind in kinds]
            self._busy = True
            self._worker.submit(self._draw_all, jobs)

    def _due_of(self, wanted: dict[str, bool]) -> list[str]:
        """Return the kinds that are wanted and whose turn it is, which moves their next one."""
        now, early = time.monotonic(), _AHEAD * self._interval
        kinds = [kind for kind, due in self._due.items() if wanted[kind] and now >= due - early]
        for kind in kinds:
            self._due[kind] = max(self._due[kind], now - self._interval) + self._interval
        return kinds

    def _job(self, kind: str, result: FrameResult) -> _Job:
        frame = result.frame
        image = scaled(frame.pixels, self._widths[kind])
        factor = image.width / (frame.pixels.shape[1] * frame.reduction)
        return _Job(kind, image, result.faces, factor, self._generation)

    def _draw_all(self, jobs: list[_Job]) -> None:
        try:
            for job in jobs:
                jpeg = _encode(job)
                if job.generation == self._generation:
                    self._deliver(job.kind, jpeg)
        except Exception:
            log.exception("--web: internal error")
        finally:
            self._busy = False


def scaled(pixels: npt.NDArray[np.uint8], width: int) -> Image.Image:
    """Return a copy of pixels (rows, columns, 3), uint8 RGB, at most `width` wide."""
    image = Image.fromarray(pixels)
    if image.width <= width:
        return image.copy()
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


class _Pen:
    """Draws boxes and captions; made when the first picture is drawn."""

    def __init__(self) -> None:
        # FreeType takes memory that a daemon whose page nobody watches does not need.
        from emotion_edge.output.captions import Caption, CaptionWriter  # noqa: PLC0415
        from emotion_edge.output.contact_sheet import face_captions  # noqa: PLC0415
        from emotion_edge.output.fonts import FontFinder  # noqa: PLC0415

        self._caption, self._face_captions = Caption, face_captions
        self._writer = CaptionWriter(FontFinder())

    def draw(self, job: _Job) -> Image.Image:
        """Return a copy of the image with a box for each face, and the labels that they have."""
        captions = list(self._face_captions(job.faces, job.factor))
        undecided = [face.box for face in job.faces if not face.decided and face.box]
        captions += [self._caption("?", box=box.scaled(job.factor)) for box in undecided]
        return self._writer.draw(job.image, captions, max(job.image.size))


@cache
def _pen() -> _Pen:
    return _Pen()


def _encode(job: _Job) -> bytes:
    """Return the picture as a JPEG."""
    stream = io.BytesIO()
    _pen().draw(job).save(stream, "JPEG", quality=_QUALITY[job.kind])
    return stream.getvalue()
