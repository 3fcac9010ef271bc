"""Raspberry Pi cameras via picamera2: `--source picamera2`.

Works with picamera2 0.3.12 (the first in Bookworm) to 0.3.38 and uses only what all of them have.
Its early versions have no timeout for jobs, so a job's signal function reports each frame.
"""

import gc
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import Any

from emotion_edge.capture.camera import CameraError, CameraSettings, CapturedFrame, Opener
from emotion_edge.capture.frame_rate import FrameRateLimiter
from emotion_edge.errors import UserError
from emotion_edge.imaging.pixel_formats import PixelFormatError, camera_array_to_rgb

# One is being filled, one is queued to be filled next, picamera2 keeps the newest, and we hold one.
BUFFERS = 4
INSTALL = (
    "on Raspberry Pi OS: sudo apt install -y python3-picamera2 --no-install-recommends, and make "
    "the virtual environment with python3 -m venv --system-site-packages"
)
log = logging.getLogger(__name__)


def picamera2_opener(settings: CameraSettings) -> Opener:
    """Return the opener of a Raspberry Pi camera; raise UserError if picamera2 does not load."""
    # Both libraries log profusely to stderr; our errors report what goes wrong.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
    verbose = log.isEnabledFor(logging.DEBUG)
    logging.getLogger("picamera2").setLevel(logging.INFO if verbose else logging.CRITICAL)
    try:
        library = import_module("picamera2")  # slow, so not under the opener's timeout
    except ImportError as error:
        raise UserError(f"--source picamera2 needs picamera2: {INSTALL} ({error})") from None
    except Exception as error:  # for example, pip's numpy in place of the one apt compiled against
        raise UserError(f"--source picamera2: it does not load: {error}", INSTALL) from None
    return partial(_open, library.Picamera2, settings)


@contextmanager
def _open(library: Any, settings: CameraSettings) -> Iterator["_Picamera2Camera"]:
    # Earlier cameras, and failed attempts, are reference cycles that hold files and buffers.
    gc.collect()
    with _camera_errors("cannot be opened"):
        device = _acquire(library, settings.number)
    try:
        with _camera_errors("cannot be started"):
            camera = _Picamera2Camera(device, settings)
        yield camera
        with _camera_errors("cannot be stopped"):
            camera.stop()
    finally:
        with _camera_errors("cannot be closed"):
            device.close()


def _acquire(library: Any, number: int) -> Any:
    count = len(library.global_camera_info())
    if number >= count:
        raise CameraError(
            f"no camera {number} among the {count} that libcamera sees; check the cable; "
            "rpicam-hello --list-cameras lists them"
        )
    device = library.__new__(library)
    try:
        device.__init__(number)
    except Exception:
        # Each failed attempt leaks one end of a pipe, until no file can be opened any more.
        if not getattr(device, "is_open", True):
            with suppress(AttributeError, OSError):
                os.close(device.notifyme_w)
        raise
    return device


def _configure(device: Any, settings: CameraSettings) -> Mapping[str, Any]:
    """Configure the camera; return the actual configuration, whose sizes and formats may differ."""
    streams = {"main": {"format": "BGR888", "size": settings.resolution}}
    if settings.stream == "lores":  # YUV only on a Pi 4 and older
        streams["lores"] = {"format": "YUV420", "size": settings.resolution}
    controls = {}
    if "FrameDurationLimits" in device.camera_controls:  # webcams lack it
        controls["FrameDurationLimits"] = (round(1e6 / settings.fps),) * 2
    device.configure(
        device.create_video_configuration(**streams, buffer_count=BUFFERS, controls=controls)
    )
    config: Mapping[str, Any] = device.camera_configuration()
    _check_aspect_ratio(config["main"]["size"], config[settings.stream]["size"])
    return config


def _check_aspect_ratio(main: tuple[int, int], stream: tuple[int, int]) -> None:
    """Raise CameraError if `stream` would be distorted: it always shows what `main` shows."""
    (width, height), (stream_width, stream_height) = main, stream
    if not 0.98 < width * stream_height / (height * stream_width) < 1.02:  # sizes are made even
        raise CameraError(
            f"lores of {stream_width} x {stream_height} beside main of {width} x {height} would be "
            "squashed; choose another --resolution, or --stream main"
        )


class _Picamera2Camera:
    """A running camera; each request is released as soon as its image is copied."""

    def __init__(self, camera: Any, settings: CameraSettings) -> None:
        self._camera, self._stream = camera, settings.stream
        self._limiter = FrameRateLimiter(settings.fps)
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._job_pending = False
        config = _configure(camera, settings)
        self._config, self._colour_space = config[settings.stream], config["colour_space"]
        log.debug("the camera delivers %s, %s", self._config, self._colour_space)
        if self._config["size"] != settings.resolution:
            log.warning("the camera delivers %d x %d", *self._config["size"])
        camera.start()

    def read(self, timeout: float) -> CapturedFrame | None:
        end = time.monotonic() + timeout
        with _camera_errors("failed"):
            while (request := self._next_request(end - time.monotonic())) is not None:
                try:
                    captured = self._capture(request)
                finally:
                    request.release()
                if captured is not None:
                    return captured
        return None

    def stop(self) -> None:
        """Stop picamera2's thread, and release a request that it may have completed."""
        self._camera.stop_preview()  # first: stop() would wait for a job that may never finish
        if (request := self._completed_request(0)) is not None:
            request.release()

    def _next_request(self, timeout: float) -> Any:
        """Return the next completed request, or None after `timeout` seconds.

        At most one job is pending. It stays pending after a timeout, because cancelling it would
        lose its request.
        """
        if not self._job_pending:
            self._camera.capture_request(wait=False, signal_function=self._done.put)
            self._job_pending = True
        return self._completed_request(timeout)

    def _completed_request(self, timeout: float) -> Any:
        try:
            job = self._done.get(timeout=max(0, timeout))
        except Empty:
            return None
        self._job_pending = False
        return job.get_result()

    def _capture(self, request: Any) -> CapturedFrame | None:
        """Return the request's frame, or None if it exceeds the frame rate."""
        metadata = request.get_metadata()
        timestamp = metadata.get("SensorTimestamp")  # nanoseconds since boot
        seconds = time.monotonic() if timestamp is None else timestamp / 1e9
        if self._limiter.is_early(seconds):
            return None
        array = request.make_array(self._stream)
        pixels = camera_array_to_rgb(array, self._config, self._colour_space)
        missed = self._limiter.accept(seconds, metadata.get("FrameDuration", 0) / 1e6)
        return CapturedFrame(pixels, seconds, missed)


@contextmanager
def _camera_errors(failure: str) -> Iterator[None]:
    """Turn any exception from picamera2 or libcamera into a CameraError."""
    try:
        yield
    except (CameraError, UserError):
        raise
    except PixelFormatError as error:
        raise CameraError(str(error)) from error
    except Exception as error:
        root: BaseException = error
        while root.__cause__ is not None:  # from "did not complete" to "is busy"
            root = root.__cause__
        raise CameraError(f"the camera {failure}: {str(root) or type(root).__name__}") from error
