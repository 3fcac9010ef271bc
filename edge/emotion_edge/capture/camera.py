"""Frames of a camera that may stall, vanish and come back.

A *camera* is what an *opener* opens: picamera2, a webcam, or a recording that stands in for one
(`emotion_edge.capture.recording`). Whatever it is, it is opened, watched and opened again here.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import POLL, Frame, Lost, rest
from emotion_edge.util.timeouts import within

OPEN, CLOSE = 20.0, 5.0  # seconds that libraries may take for it
FIRST_RETRY, LAST_RETRY = 1.0, 30.0  # seconds; each time twice as long
log = logging.getLogger("emotion-edge")


class CameraError(Exception):
    """A camera cannot be opened now, has gone or delivers nonsense; worth another try."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a camera is to be used.

    number: which one, from 0. resolution: (width, height) in pixels. fps: frames per second.
    stream: the camera's "main" or its "lores" stream. rotate: degrees clockwise, 0, 90, 180 or 270,
    before hflip (left and right change places) and vflip. stall: seconds without a frame that mean
    that none will come.
    """

    number: int = 0
    resolution: tuple[int, int] = (640, 480)
    fps: float = 10.0
    stream: str = "main"
    rotate: int = 0
    hflip: bool = False
    vflip: bool = False
    stall: float = 5.0


class Shot(NamedTuple):
    """What a camera gives: pixels (rows, columns, 3) uint8 RGB, always of one size.

    seconds: when it was taken, from any start, by a clock that never steps back. dropped: how many
    frames before it nobody took.
    """

    pixels: npt.NDArray[np.uint8]
    seconds: float
    dropped: int = 0


class Camera(Protocol):
    """An open camera."""

    def read(self, timeout: float) -> Shot | None:
        """Return the newest frame, None where none comes within `timeout` seconds.

        Raises CameraError where none will come any more, EOFError at the end of a recording.
        """


Opener = Callable[[], AbstractContextManager[Camera]]
"""Opens a camera. Raises CameraError where that is worth another try, UserError where it is not."""


def watch(name: str, opener: Opener, settings: Settings, stop: Event) -> Iterator[Frame | Lost]:
    """Yield a camera's frames; where there are none, say so, and open it again and again.

    name: the frames' source. stop: when set, the iterator ends. Raises RunError where opening or
    closing it hangs: only a new process can have the camera then.
    """
    retry, index = FIRST_RETRY, 0
    while not stop.is_set():
        try:
            for shot in _shots(opener, stop, settings.stall):
                index += shot.dropped
                pixels = _turn(shot.pixels, settings)
                yield Frame(name, index, pixels, shot.seconds, shot.dropped)
                retry, index = FIRST_RETRY, index + 1
            return
        except CameraError as error:
            log.warning("%s: %s; trying again in %g s", name, error, retry)
            yield Lost(name, str(error), retry)
        rest(retry, stop)
        retry = min(2 * retry, LAST_RETRY)


def _shots(opener: Opener, stop: Event, stall: float) -> Iterator[Shot]:
    with _opened(opener) as camera:
        shape, last = None, time.monotonic()
        while not stop.is_set():
            try:
                shot = camera.read(POLL)
            except EOFError:
                return
            if shot is not None:
                shape = _check(shot.pixels, shape)
                yield shot
                last = time.monotonic()  # not before: what is done with a frame takes its time
            elif time.monotonic() - last > stall:
                raise CameraError(f"no frame for {stall:g} seconds")


@contextmanager
def _opened(opener: Opener) -> Iterator[Camera]:
    manager = opener()
    camera = within(OPEN, manager.__enter__, "the camera does not open")
    try:
        yield camera
    finally:
        within(CLOSE, lambda: manager.__exit__(None, None, None), "the camera does not close")


def _check(pixels: npt.NDArray[np.uint8], shape: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the frames' shape; raises CameraError for no picture, or another size."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise CameraError(
            f"a frame of {pixels.shape} {pixels.dtype} instead of rows x columns x 3 bytes"
        )
    if shape not in (None, pixels.shape):
        raise CameraError(f"a frame of {pixels.shape} after frames of {shape}")
    return pixels.shape


def _turn(pixels: npt.NDArray[np.uint8], settings: Settings) -> npt.NDArray[np.uint8]:
    """Return a view of the pixels as the settings ask for; here, for no camera can do all of it."""
    pixels = np.rot90(pixels, -settings.rotate // 90)
    return pixels[:: -1 if settings.vflip else 1, :: -1 if settings.hflip else 1]
