"""USB webcams, by linuxpy: `--source v4l2:/dev/video0`."""

import errno
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from select import select
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.camera import CameraError, CameraSettings, CapturedFrame, Opener
from emotion_edge.capture.frame_rate import FrameRateLimiter
from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import ImageError, read_image
from emotion_edge.imaging.pixel_formats import yuv_to_rgb

BUFFERS = 4  # filled ones wait for us, and with none left the driver drops what is new
WORDS = {
    errno.ENOENT: "no such device; is it plugged in? ls /dev/video*",
    errno.ENODEV: "it was unplugged",
    errno.EBUSY: "another program has it",
    errno.EACCES: "no permission: the user must be in the group video",
    errno.EINVAL: "it gives no pictures; webcams have a second device for other things",
}


def v4l2_opener(path: Path, settings: CameraSettings) -> Opener:
    """Return the opener of a webcam; raises UserError without linuxpy."""
    try:
        video = import_module("linuxpy.video.device")
    except ImportError:
        raise UserError(
            f"--source v4l2:{path} needs linuxpy: pip install 'emotion-edge[webcam]'"
        ) from None
    verbose = logging.getLogger("emotion-edge").isEnabledFor(logging.DEBUG)
    logging.getLogger("linuxpy").setLevel(logging.INFO if verbose else logging.CRITICAL)
    return partial(_open, video, path, settings)


@contextmanager
def _open(video: Any, path: Path, settings: CameraSettings) -> Iterator["_Webcam"]:
    with ExitStack() as stack:
        with _in_words(video):
            device = stack.enter_context(video.Device(path))
            capture = video.VideoCapture(device, size=BUFFERS)
            format_ = _configure(capture, settings)
            stack.enter_context(capture)
        yield _Webcam(video, capture, format_, settings.fps)
        with _in_words(video):
            stack.close()


def _configure(capture: Any, settings: CameraSettings) -> Any:
    """Return what the driver settled on, which may be another size and another format."""
    capture.set_format(*settings.resolution, "MJPG")  # without YUYV's limits of size and rate
    with suppress(OSError):  # not every driver can be told
        capture.set_fps(settings.fps)
    format_ = capture.get_format()
    if format_.pixel_format.name not in ("MJPEG", "JPEG", "YUYV"):
        raise CameraError(f"it gives {format_.pixel_format.name}; MJPEG and YUYV are read here")
    return format_


class _Webcam:
    """A webcam that runs."""

    def __init__(self, video: Any, capture: Any, format_: Any, fps: float) -> None:
        self._video, self._capture, self._format = video, capture, format_
        self._pace = FrameRateLimiter(fps)
        self._span = 0.0
        with suppress(OSError, ZeroDivisionError):
            self._span = 1 / float(capture.get_fps())

    def read(self, timeout: float) -> CapturedFrame | None:
        end = time.monotonic() + timeout
        with _in_words(self._video):
            frame = self._waiting() or self._next(timeout)
            while frame is not None:
                shot = self._shot(frame)
                if shot is not None:
                    return shot
                frame = self._next(end - time.monotonic())
        return None

    def _waiting(self) -> Any:
        """Return the newest frame that is there already; None where all of them may be old."""
        frames: list[Any] = []
        while len(frames) < BUFFERS and (frame := self._next(0)) is not None:
            frames.append(frame)
        # With every buffer full the driver has dropped, who knows for how long.
        return frames[-1] if 0 < len(frames) < BUFFERS else None

    def _next(self, timeout: float) -> Any:
        if not select([self._capture.device], [], [], max(0, timeout))[0]:
            return None
        return self._capture.buffer.raw_read()

    def _shot(self, frame: Any) -> CapturedFrame | None:
        """Return a frame's picture, None where there are too many or it is not to be read."""
        steady = self._video.BufferFlag.TIMESTAMP_MONOTONIC in frame.flags
        seconds = frame.timestamp if steady else time.monotonic()
        if self._pace.is_early(seconds):
            return None
        pixels = decode(frame.data, self._format)
        return (
            None
            if pixels is None
            else CapturedFrame(pixels, seconds, self._pace.accept(seconds, self._span))
        )


def decode(data: bytes, format_: Any) -> npt.NDArray[np.uint8] | None:
    """Return (rows, columns, 3) uint8 RGB of a frame; None where it came damaged over the wire.

    format_: linuxpy's, with width, height, pixel_format and bytes_per_line.
    """
    size = width, height = format_.width, format_.height
    if format_.pixel_format.name == "YUYV":
        stride = format_.bytes_per_line
        if len(data) < height * stride or stride < 2 * width:
            return None
        rows = np.frombuffer(data, np.uint8, height * stride)
        return yuv_to_rgb(rows.reshape(height, stride // 2, 2), "YUYV", size)
    try:
        return read_image(BytesIO(data))
    except ImageError:
        return None


@contextmanager
def _in_words(video: Any) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOTTY:
            raise UserError("--source v4l2: that is no camera") from None
        words = WORDS.get(error.errno or 0)
        raise CameraError(words or f"it failed: {error.strerror or error}") from error
    except (video.V4L2Error, ValueError) as error:  # ValueError: a file that is closed
        raise CameraError(f"it failed: {error}") from error
