"""USB webcams via linuxpy: `--source v4l2:/dev/video0`."""

import errno
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from select import select
from typing import Any

from emotion_edge.capture.camera import CameraError, CameraSettings, CapturedFrame, Opener
from emotion_edge.capture.frame_rate import FrameRateLimiter
from emotion_edge.capture.v4l2_formats import FOUR_CHARACTER_CODES, SUPPORTED, decode
from emotion_edge.errors import UserError
from emotion_edge.util.installation import install_hint

BUFFERS = 4  # they queue filled frames; the driver drops new frames when all are full
EXPLANATIONS = {
    errno.ENOENT: "no such device; is it plugged in? ls /dev/video*",
    errno.ENODEV: "the camera was unplugged",
    errno.EBUSY: "another program is using the camera",
    errno.EACCES: "no permission: the user must be in the group video",
    errno.EINVAL: "the device captures no images; webcams have a second device for metadata",
}
log = logging.getLogger(__name__)


def v4l2_opener(path: Path, settings: CameraSettings) -> Opener:
    """Return the opener of a webcam; raise UserError if linuxpy is not installed."""
    try:
        video = import_module("linuxpy.video.device")
    except ImportError:
        raise UserError(f"--source v4l2:{path} needs linuxpy: {install_hint('webcam')}") from None
    verbose = log.isEnabledFor(logging.DEBUG)
    logging.getLogger("linuxpy").setLevel(logging.INFO if verbose else logging.CRITICAL)
    return partial(_open, video, path, settings)


@contextmanager
def _open(video: Any, path: Path, settings: CameraSettings) -> Iterator["V4L2Camera"]:
    with ExitStack() as stack:
        with _camera_errors(video):
            device = stack.enter_context(video.Device(path))
            capture = video.VideoCapture(device, size=BUFFERS)
            format_ = _configure(capture, settings)
            stack.enter_context(capture)
        yield V4L2Camera(video, capture, format_, settings.fps)
        with _camera_errors(video):
            stack.close()


def _configure(capture: Any, settings: CameraSettings) -> Any:
    """Configure the webcam; return the actual format, which may differ from the settings."""
    format_ = _choose_format(capture, settings.resolution)
    with suppress(OSError):  # some drivers have a fixed frame rate
        capture.set_fps(settings.fps)
    return format_


def _choose_format(capture: Any, size: tuple[int, int]) -> Any:
    """Return the first format that we read and the driver has: it takes another if it has not."""
    offered = []
    for code in FOUR_CHARACTER_CODES:
        capture.set_format(*size, code)
        format_ = capture.get_format()
        if format_.pixel_format.name in SUPPORTED:
            return format_
        offered.append(format_.pixel_format.name)
    raise CameraError(
        f"unsupported pixel format {offered[0]}; it must be one of {', '.join(SUPPORTED)}"
    )


class V4L2Camera:
    """A running webcam."""

    def __init__(self, video: Any, capture: Any, format_: Any, fps: float) -> None:
        """video: the module linuxpy.video.device. capture, format_: its objects."""
        self._video, self._capture, self._format = video, capture, format_
        self._limiter = FrameRateLimiter(fps)
        self._interval = 0.0
        with suppress(OSError, ZeroDivisionError):
            self._interval = 1 / float(capture.get_fps())

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the newest frame, or None after `timeout` seconds; raise CameraError."""
        end = time.monotonic() + timeout
        with _camera_errors(self._video):
            frame = self._newest_queued() or self._next_frame(timeout)
            while frame is not None:
                captured = self._decode(frame)
                if captured is not None:
                    return captured
                frame = self._next_frame(end - time.monotonic())
        return None

    def _newest_queued(self) -> Any:
        """Return the newest queued frame; None if there is none or all may be outdated."""
        frames: list[Any] = []
        while len(frames) < BUFFERS and (frame := self._next_frame(0)) is not None:
            frames.append(frame)
        # If every buffer was full, the driver has been dropping newer frames for an unknown time.
        return frames[-1] if 0 < len(frames) < BUFFERS else None

    def _next_frame(self, timeout: float) -> Any:
        if not select([self._capture.device], [], [], max(0, timeout))[0]:
            return None
        return self._capture.buffer.raw_read()

    def _decode(self, frame: Any) -> CapturedFrame | None:
        """Return the decoded frame, or None if it is damaged or exceeds the frame rate."""
        monotonic = self._video.BufferFlag.TIMESTAMP_MONOTONIC in frame.flags
        seconds = frame.timestamp if monotonic else time.monotonic()
        if self._limiter.is_early(seconds):
            return None
        pixels = decode(frame.data, self._format)
        if pixels is None:
            return None
        return CapturedFrame(pixels, seconds, self._limiter.accept(seconds, self._interval))


@contextmanager
def _camera_errors(video: Any) -> Iterator[None]:
    """Turn errors of linuxpy and the driver into CameraError, or UserError for a wrong device."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOTTY:
            raise UserError("--source v4l2: not a camera") from None
        explanation = EXPLANATIONS.get(error.errno or 0)
        raise CameraError(explanation or f"the camera failed: {error.strerror or error}") from error
    except (video.V4L2Error, ValueError) as error:  # ValueError: the file is closed
        raise CameraError(f"the camera failed: {error}") from error
