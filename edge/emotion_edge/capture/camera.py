"""The interface of a camera: settings, captured frames, and how to open one.

An *opener* opens a *camera*: picamera2, a webcam, or a recording that plays like one. The module
`emotion_edge.capture.reconnect` reads any of them and reopens it after an error.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt


class CameraError(Exception):
    """A camera cannot be opened, has failed or delivers malformed frames; retrying may help."""


@dataclass(frozen=True, kw_only=True)
class CameraSettings:
    """Settings of a camera.

    number: the camera's number, from 0. resolution: (width, height) in pixels. fps: frames per
    second. stream: picamera2's "main" or "lores" stream. rotate: degrees clockwise, 0, 90, 180 or
    270, applied before hflip (swap left and right) and vflip (swap top and bottom). stall: seconds
    without a frame after which the camera is reopened. password_file, ca_file: a network camera's
    password, and the certificates to trust; None: systemd's credential, and the system's.
    """

    number: int = 0
    resolution: tuple[int, int] = (640, 480)
    fps: float = 10.0
    stream: str = "main"
    rotate: int = 0
    hflip: bool = False
    vflip: bool = False
    stall: float = 5.0
    password_file: Path | None = None
    ca_file: Path | None = None


class CapturedFrame(NamedTuple):
    """A frame as a camera delivers it.

    pixels: (rows, columns, 3) uint8 RGB, the same size in every frame. seconds: capture time on a
    monotonic clock with any origin. dropped: how many frames were missed just before it.
    """

    pixels: npt.NDArray[np.uint8]
    seconds: float
    dropped: int = 0


class Camera(Protocol):
    """An open camera."""

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the newest frame, or None if none arrives within `timeout` seconds.

        Raises CameraError if the camera has failed, EOFError at the end of a recording.
        """


Opener = Callable[[], AbstractContextManager[Camera]]
"""Opens a camera. Raises CameraError if retrying may help, UserError if it cannot."""
