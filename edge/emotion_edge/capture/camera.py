"""Frames of a camera that may stall, vanish and come back.

A *camera* is what an *opener* opens: picamera2, a webcam, or a recording that stands in for one
(`emotion_edge.capture.recording`). Whatever it is, it is opened, watched and opened again here.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0  # seconds; each time twice as long
log = logging.getLogger("emotion-edge")


class CameraError(Exception):
    """A camera cannot be opened now, has gone or delivers nonsense; worth another try."""


@dataclass(frozen=True, kw_only=True)
class CameraSettings:
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


class CapturedFrame(NamedTuple):
    """What a camera gives: pixels (rows, columns, 3) uint8 RGB, always of one size.

    seconds: when it was taken, from any start, by a clock that never steps back. dropped: how many
    frames before it nobody took.
    """

    pixels: npt.NDArray[np.uint8]
    seconds: float
    dropped: int = 0


class Camera(Protocol):
    """An open camera."""

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the newest frame, None where none comes within `timeout` seconds.

        Raises CameraError where none will come any more, EOFError at the end of a recording.
        """


Opener = Callable[[], AbstractContextManager[Camera]]
"""Opens a camera. Raises CameraError where that is worth another try, UserError where it is not."""
