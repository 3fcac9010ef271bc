"""The Raspberry Pi's cameras, by picamera2: `--source picamera2`.

Written for picamera2 0.3.12 (Bookworm's first) to 0.3.38: only what is in all of them is used. So
frames are waited for by a job's signal, for jobs have had no timeout from the beginning.
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
from emotion_edge.imaging.camera_arrays import to_rgb

# One is filled, one waits to be, one is kept for whoever asks next, one is ours.
BUFFERS = 4
REMEDY = (
    "sudo apt install -y python3-picamera2 --no-install-recommends, and make the virtual "
    "environment with python3 -m venv --system-site-packages"
)
log = logging.getLogger("emotion-edge")


def picamera2_opener(settings: CameraSettings) -> Opener:
    """Return the opener of a Raspberry Pi's camera; raises UserError without picamera2."""
    # Both talk on stderr, much and in a tone of their own. What goes wrong, our errors say.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
    verbose = log.isEnabledFor(logging.DEBUG)
    logging.getLogger("picamera2").setLevel(logging.INFO if verbose else logging.CRITICAL)
    try:
        library = import_module("picamera2")  # here, not in the opener: it may take its time
    except ImportError as error:
        raise UserError(f"--source picamera2 needs it: {REMEDY} ({error})") from None
    except Exception as error:  # as where pip's numpy is not the one that apt's parts were made for
        raise UserError(f"--source picamera2: it does not load: {error}; {REMEDY}") from None
    return partial(_open, library.Picamera2, settings)


@contextmanager
def _open(library: Any, settings: CameraSettings) -> Iterator["_Pi"]:
    # What was open before, or was not to be opened, is in circles, with files and buffers.
    gc.collect()
    with _in_words("cannot be opened"):
        camera = _acquire(library, settings.number)
    try:
        with _in_words("cannot be started"):
            pi = _Pi(camera, settings)
        yield pi
        pi.stop()
    finally:
        with _in_words("cannot be closed"):
            camera.close()


def _acquire(library: Any, number: int) -> Any:
    there = len(library.global_camera_info())
    if number >= there:
        raise CameraError(
            f"no camera {number} among the {there} that libcamera sees; is its cable in? "
            "rpicam-hello --list-cameras lists them"
        )
    camera = library.__new__(library)
    try:
        camera.__init__(number)
    except Exception:
        # It leaves the end of a pipe behind, at each try, until no file can be opened any more.
        if not getattr(camera, "is_open", True):
            with suppress(AttributeError, OSError):
                os.close(camera.notifyme_w)
        raise
    return camera


def _configure(camera: Any, settings: CameraSettings) -> Mapping[str, Any]:
    """Return what was settled on, which may be another size and another format."""
    streams = {"main": {"format": "BGR888", "size": settings.resolution}}
    if settings.stream == "lores":  # Pi 4 and older have it in YUV alone
        streams["lores"] = {"format": "YUV420", "size": settings.resolution}
    controls = {}
    if "FrameDurationLimits" in camera.camera_controls:  # webcams have none
        controls["FrameDurationLimits"] = (round(1e6 / settings.fps),) * 2
    camera.configure(
        camera.create_video_configuration(**streams, buffer_count=BUFFERS, controls=controls)
    )
    config: Mapping[str, Any] = camera.camera_configuration()
    (width, height), (wide, high) = config["main"]["size"], config[settings.stream]["size"]
    # lores shows what main shows, in whatever proportions; 2 % are for sizes made even.
    if not 0.98 < width * high / (height * wide) < 1.02:
        raise CameraError(
            f"lores of {wide} x {high} beside main of {width} x {height} would be squashed; "
            "choose another --resolution, or --stream main"
        )
    return config


class _Pi:
    """A camera that runs; each request goes back as soon as its picture is copied."""

    def __init__(self, camera: Any, settings: CameraSettings) -> None:
        self._camera, self._stream = camera, settings.stream
        self._pace = FrameRateLimiter(settings.fps)
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._asked = False
        config = _configure(camera, settings)
        self._config, self._space = config[settings.stream], config["colour_space"]
        log.debug("the camera gives %s, %s", self._config, self._space)
        if self._config["size"] != settings.resolution:
            log.warning("the camera gives %d x %d", *self._config["size"])
        camera.start()

    def read(self, timeout: float) -> CapturedFrame | None:
        end = time.monotonic() + timeout
        with _in_words("failed"):
            while (request := self._request(end - time.monotonic())) is not None:
                try:
                    shot = self._shot(request)
                finally:
                    request.release()
                if shot is not None:
                    return shot
        return None

    def stop(self) -> None:
        """End picamera2's own thread, and give back what it may have had ready for us."""
        self._camera.stop_preview()  # first: stop() would wait behind a job that never ends
        if (request := self._request(0, ask=False)) is not None:
            request.release()

    def _request(self, timeout: float, *, ask: bool = True) -> Any:
        """Return a completed request, None within `timeout` seconds without one.

        There is one job at most, and it is kept: to cancel one is to lose its request.
        """
        if ask and not self._asked:
            self._camera.capture_request(wait=False, signal_function=self._done.put)
            self._asked = True
        try:
            job = self._done.get(timeout=max(0, timeout))
        except Empty:
            return None
        self._asked = False
        return job.get_result()

    def _shot(self, request: Any) -> CapturedFrame | None:
        """Return the picture of a request, None where there are too many."""
        metadata = request.get_metadata()
        stamp = metadata.get("SensorTimestamp")  # ns since the machine started
        seconds = time.monotonic() if stamp is None else stamp / 1e9
        if self._pace.is_early(seconds):
            return None
        pixels = to_rgb(request.make_array(self._stream), self._config, self._space)
        missed = self._pace.accept(seconds, metadata.get("FrameDuration", 0) / 1e6)
        return CapturedFrame(pixels, seconds, missed)


@contextmanager
def _in_words(what: str) -> Iterator[None]:
    """Make what picamera2 and libcamera raise, which is anything, a CameraError."""
    try:
        yield
    except (CameraError, UserError):
        raise
    except Exception as error:
        root: BaseException = error
        while root.__cause__ is not None:  # "did not complete" from "is busy"
            root = root.__cause__
        raise CameraError(f"it {what}: {str(root) or type(root).__name__}") from error
