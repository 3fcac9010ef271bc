"""Video of a network camera, decoded by PyAV."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from emotion_edge.capture.camera import CameraError
from emotion_edge.capture.files.video_frames import displayed_pixels, displayed_size
from emotion_edge.capture.network.address import CameraAddress
from emotion_edge.capture.network.link import Link
from emotion_edge.capture.network.problems import RefusedError, connection_error, status_error
from emotion_edge.errors import UserError
from emotion_edge.util.installation import install_hint

NO_VIDEO = "it sends no video that can be read"
PATH = "correct the path; the camera's manual names it"
MAX_LEAD_S = 3.0  # of a frame's time before now; more is a jump of the camera's clock
_STATUS = {
    "HTTPBadRequestError": 400,
    "HTTPUnauthorizedError": 401,
    "HTTPForbiddenError": 403,
    "HTTPNotFoundError": 404,
    "HTTPTooManyRequestsError": 429,
    "HTTPOtherClientError": 400,
    "HTTPServerError": 500,
}


def import_av(address: CameraAddress) -> Any:
    """Return PyAV; raises UserError if it is missing or too old."""
    try:
        import av  # noqa: PLC0415 - optional, and slow to import

        if not hasattr(av.VideoFrame, "rotation"):  # apt's on Bookworm
            raise ImportError
    except ImportError:
        raise UserError(f"--source {address.shown}: needs PyAV", install_hint("video")) from None
    return av


def open_video(av: Any, options: Mapping[str, str], timeout: float, **given: Any) -> Any:
    """Open a video. Its metadata may be in any encoding. timeout: seconds of one reading."""
    if int(av.__version__.split(".")[0]) < 19:  # later ones decode metadata when asked for them
        given["metadata_errors"] = "replace"
    return av.open(options=dict(options), timeout=timeout, **given)


@contextmanager
def video_errors(av: Any, address: CameraAddress) -> Iterator[None]:
    """Turn PyAV's errors into CameraError; theirs name the address with its password."""
    try:
        yield
    except av.error.InvalidDataError:
        raise RefusedError(NO_VIDEO, PATH) from None
    except av.error.EOFError:
        raise CameraError("the camera has ended its stream") from None
    except av.error.ExitError:  # PyAV's time limit
        raise connection_error(TimeoutError(), address) from None
    except av.FFmpegError as error:
        if code := _STATUS.get(type(error).__name__):
            raise status_error(code, address) from None
        raise connection_error(error, address) from None


def play(av: Any, container: Any, link: Link, max_megapixels: float, *, paced: bool) -> None:
    """Put the frames into the link until it is closed or the video ends.

    paced: show each at its own time, because they come in portions.
    """
    if not container.streams.video:
        raise RefusedError("it has no moving picture", PATH)
    stream = container.streams.video[0]
    pace = _Pace(link.closed.wait) if paced else None
    for packet in container.demux(stream):
        for frame in _decode(av, packet):
            if link.closed.is_set():
                return
            size = _checked_size(displayed_size(frame, stream), max_megapixels)
            if pace and frame.time is not None:
                pace.wait(frame.time)
            link.put(partial(displayed_pixels, frame, size))
        if link.closed.is_set():
            return


def _decode(av: Any, packet: Any) -> list[Any]:
    """Return a packet's whole frames: none before the first key frame."""
    try:
        return [frame for frame in packet.decode() if not frame.is_corrupt]
    except av.error.EOFError:
        return []
    except av.FFmpegError:
        return []


def _checked_size(size: tuple[int, int], max_megapixels: float) -> tuple[int, int]:
    if size[0] * size[1] > max_megapixels * 1e6:
        raise RefusedError(
            f"a frame of {size[0]} x {size[1]} pixels is more than {max_megapixels:g} megapixels",
            "take the camera's smaller stream, or a larger --max-megapixels",
        )
    return size


class _Pace:
    """Waits until a frame is due, by its time in the video."""

    def __init__(self, wait: Callable[[float], object]) -> None:
        self._wait, self._start = wait, float("-inf")

    def wait(self, seconds: float) -> None:
        """Wait. seconds: the frame's time in the video."""
        now = time.monotonic()
        lead = self._start + seconds - now
        if not -MAX_LEAD_S < lead < MAX_LEAD_S:
            self._start = now - seconds
        elif lead > 0:
            self._wait(lead)
