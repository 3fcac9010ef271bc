"""Frames of a camera that may stall, vanish and come back."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.camera import (
    FIRST_RETRY_S,
    LAST_RETRY_S,
    Camera,
    CameraError,
    CameraSettings,
    CapturedFrame,
    Opener,
)
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.util.timeouts import POLL_S, call_with_timeout, interruptible_sleep

log = logging.getLogger("emotion-edge")


OPEN_TIMEOUT_S, CLOSE_TIMEOUT_S = 20.0, 5.0  # seconds that libraries may take for it


def stream_camera(
    name: str, opener: Opener, settings: CameraSettings, stop: Event
) -> Iterator[Frame | CameraLost]:
    """Yield a camera's frames; where there are none, say so, and open it again and again.

    name: the frames' source. stop: when set, the iterator ends. Raises RunError where opening or
    closing it hangs: only a new process can have the camera then.
    """
    retry, index = FIRST_RETRY_S, 0
    while not stop.is_set():
        try:
            for shot in _shots(opener, stop, settings.stall):
                index += shot.dropped
                pixels = _turn(shot.pixels, settings)
                yield Frame(name, index, pixels, shot.seconds, shot.dropped)
                retry, index = FIRST_RETRY_S, index + 1
            return
        except CameraError as error:
            log.warning("%s: %s; trying again in %g s", name, error, retry)
            yield CameraLost(name, str(error), retry)
        interruptible_sleep(retry, stop)
        retry = min(2 * retry, LAST_RETRY_S)


def _shots(opener: Opener, stop: Event, stall: float) -> Iterator[CapturedFrame]:
    with _opened(opener) as camera:
        shape, last = None, time.monotonic()
        while not stop.is_set():
            try:
                shot = camera.read(POLL_S)
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
    camera = call_with_timeout(OPEN_TIMEOUT_S, manager.__enter__, "the camera does not open")
    try:
        yield camera
    finally:
        call_with_timeout(
            CLOSE_TIMEOUT_S, lambda: manager.__exit__(None, None, None), "the camera does not close"
        )


def _check(pixels: npt.NDArray[np.uint8], shape: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return the frames' shape; raises CameraError for no picture, or another size."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise CameraError(
            f"a frame of {pixels.shape} {pixels.dtype} instead of rows x columns x 3 bytes"
        )
    if shape not in (None, pixels.shape):
        raise CameraError(f"a frame of {pixels.shape} after frames of {shape}")
    return pixels.shape


def _turn(pixels: npt.NDArray[np.uint8], settings: CameraSettings) -> npt.NDArray[np.uint8]:
    """Return a view of the pixels as the settings ask for; here, for no camera can do all of it."""
    pixels = np.rot90(pixels, -settings.rotate // 90)
    return pixels[:: -1 if settings.vflip else 1, :: -1 if settings.hflip else 1]
