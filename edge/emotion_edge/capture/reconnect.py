"""Read a camera, and reopen it whenever it stalls or disappears."""

import logging
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from threading import Event

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.capture.camera import Camera, CameraError, CameraSettings, CapturedFrame, Opener
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.errors import RunError
from emotion_edge.util.timeouts import POLL_S, call_with_timeout, interruptible_sleep

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0  # the delay doubles with every failed attempt
OPEN_TIMEOUT_S, CLOSE_TIMEOUT_S = 20.0, 5.0
# By degrees clockwise, left and right swapped, top and bottom swapped. Pillow turns the other way.
_OPERATIONS = {
    (0, False, False): None,
    (0, True, False): Image.Transpose.FLIP_LEFT_RIGHT,
    (0, False, True): Image.Transpose.FLIP_TOP_BOTTOM,
    (0, True, True): Image.Transpose.ROTATE_180,
    (90, False, False): Image.Transpose.ROTATE_270,
    (90, True, False): Image.Transpose.TRANSPOSE,
    (90, False, True): Image.Transpose.TRANSVERSE,
    (90, True, True): Image.Transpose.ROTATE_90,
    (180, False, False): Image.Transpose.ROTATE_180,
    (180, True, False): Image.Transpose.FLIP_TOP_BOTTOM,
    (180, False, True): Image.Transpose.FLIP_LEFT_RIGHT,
    (180, True, True): None,
    (270, False, False): Image.Transpose.ROTATE_90,
    (270, True, False): Image.Transpose.TRANSVERSE,
    (270, False, True): Image.Transpose.TRANSPOSE,
    (270, True, True): Image.Transpose.ROTATE_270,
}
log = logging.getLogger(__name__)


def stream_camera(
    name: str, opener: Opener, settings: CameraSettings, stop: Event
) -> Generator[Frame | CameraLost, None, None]:
    """Yield a camera's frames, and a CameraLost for every failure before the camera is reopened.

    name: the source of the frames. stop: ends the iterator when set. Raises RunError if opening or
    closing the camera hangs: only a new process can use it then. At the end, or when the iterator
    is closed, raises RunError if the camera cannot be closed.
    """
    retry, index = FIRST_RETRY_S, 0
    while not stop.is_set():
        try:
            with closing(_captured_frames(opener, stop, settings.stall)) as captures:
                for captured in captures:
                    index += captured.dropped
                    pixels = _orient(captured.pixels, settings)
                    yield Frame(name, index, pixels, captured.seconds, captured.dropped)
                    retry, index = FIRST_RETRY_S, index + 1
            return
        except CameraError as error:
            log.warning("%s: %s; trying again in %g s", name, error, retry)
            yield CameraLost(name, str(error), retry)
        interruptible_sleep(retry, stop)
        retry = min(2 * retry, LAST_RETRY_S)


def _captured_frames(
    opener: Opener, stop: Event, stall: float
) -> Generator[CapturedFrame, None, None]:
    with _opened(opener, stop) as camera:
        shape, last = None, time.monotonic()
        while not stop.is_set():
            try:
                captured = camera.read(POLL_S)
            except EOFError:
                return
            if captured is not None:
                shape = _check_shape(captured.pixels, shape)
                yield captured
                last = time.monotonic()  # after the yield: processing a frame is not a stall
            elif time.monotonic() - last > stall:
                raise CameraError(f"no frame for {stall:g} seconds")


@contextmanager
def _opened(opener: Opener, stop: Event) -> Iterator[Camera]:
    manager = opener()
    camera = call_with_timeout(
        OPEN_TIMEOUT_S, manager.__enter__, "the camera does not open", stop=stop
    )
    failed = False
    try:
        yield camera
    except CameraError:
        failed = True
        raise
    finally:
        try:
            call_with_timeout(
                *(CLOSE_TIMEOUT_S, lambda: manager.__exit__(None, None, None)),
                "the camera does not close",
            )
        except CameraError as error:
            if not failed:  # nothing will open it again
                raise RunError(str(error)) from error
            raise


def _check_shape(
    pixels: npt.NDArray[np.uint8], previous: tuple[int, ...] | None
) -> tuple[int, ...]:
    """Return the frame's shape; raise CameraError if it is not RGB or differs from `previous`."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise CameraError(
            f"a frame of {pixels.shape} {pixels.dtype} instead of rows x columns x 3 bytes"
        )
    if previous not in (None, pixels.shape):
        raise CameraError(f"a frame of {pixels.shape} after frames of {previous}")
    return pixels.shape


def _orient(pixels: npt.NDArray[np.uint8], settings: CameraSettings) -> npt.NDArray[np.uint8]:
    """Return a rotated and flipped copy. Done in software, as no camera supports all of it."""
    # Not a view of numpy's: whoever reads its pixels in their order needs three times as long.
    operation = _OPERATIONS[settings.rotate, settings.hflip, settings.vflip]
    if operation is None:
        return pixels
    return np.asarray(Image.fromarray(pixels).transpose(operation))
