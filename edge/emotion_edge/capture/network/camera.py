"""A network camera: `--source rtsp://...`, `rtsps://...`, `http://...` or `https://...`.

A thread reads the camera, and the newest picture is taken from it. What does not answer in time is
left to that thread, which has time limits of its own.
"""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from threading import Event

from emotion_edge.capture.camera import CameraError, CameraSettings, CapturedFrame, Opener
from emotion_edge.capture.network.address import CameraAddress, parse_camera_address
from emotion_edge.capture.network.link import Link
from emotion_edge.capture.network.login import find_password
from emotion_edge.capture.network.problems import NO_ANSWER, RefusedError
from emotion_edge.errors import UserError
from emotion_edge.util.timeouts import POLL_S, run_in_thread

FIRST_PICTURE_TIMEOUT_S = 15.0  # less than `reconnect.OPEN_TIMEOUT_S`
END_TIMEOUT_S = 1.0  # for the thread to end by itself
log = logging.getLogger(__name__)
Reader = Callable[[Link], None]
"""Reads the camera into a link until the link is closed; raises CameraError."""


def network_opener(
    source: str, settings: CameraSettings, max_megapixels: float, stop: Event
) -> Opener:
    """Return the opener of a network camera.

    stop: ends the wait for the first picture. Raises UserError for an address, a password's file or
    a certificate's that cannot be used, or if PyAV is missing; so does the opener as long as the
    camera never gave a picture, for what retrying does not help.
    """
    address = parse_camera_address(source)
    password = find_password(address, settings.password_file)
    # Imported here because each takes memory, and most cameras are not in a network.
    if address.scheme.startswith("http"):
        from emotion_edge.capture.network.http_stream import http_reader  # noqa: PLC0415

        read = http_reader(address, password, settings, max_megapixels)
    else:
        from emotion_edge.capture.network.rtsp_stream import rtsp_reader  # noqa: PLC0415

        read = rtsp_reader(address, password, settings.ca_file, max_megapixels)
    return _Opener(address, read, settings.fps, stop).open


class _Opener:
    def __init__(self, address: CameraAddress, read: Reader, fps: float, stop: Event) -> None:
        self._address, self._read, self._fps, self._stop = address, read, fps, stop
        self._has_worked = False

    @contextmanager
    def open(self) -> Iterator["NetworkCamera"]:
        link = Link(self._fps)
        reading = run_in_thread(partial(_read_guarded, self._read, link))
        try:
            self._wait(link, reading)
            yield NetworkCamera(link, reading)
        finally:
            link.close()
            futures.wait([reading], END_TIMEOUT_S)

    def _wait(self, link: Link, reading: Future[None]) -> None:
        """Wait for the first picture; raises CameraError or UserError if none comes."""
        end = time.monotonic() + FIRST_PICTURE_TIMEOUT_S
        while not (link.delivered.wait(POLL_S / 4) or reading.done() or self._stop.is_set()):
            if time.monotonic() > end:
                raise CameraError(_silence(link))
        if link.delivered.is_set():
            self._has_worked = True
        elif reading.done():
            self._explain(reading)

    def _explain(self, reading: Future[None]) -> None:
        try:
            reading.result()
        except RefusedError as error:
            if self._has_worked:  # it may be starting, or somebody may repair it
                raise
            raise UserError(
                f"--source {self._address.shown}: {error.found}", error.remedy
            ) from None
        raise CameraError("it ends without a picture")


def _read_guarded(read: Reader, link: Link) -> None:
    """Read; what a library raises on malformed answers must not end the program."""
    try:
        read(link)
    except (CameraError, UserError):
        raise
    except Exception as error:
        log.debug("a network camera", exc_info=True)
        raise CameraError(f"its answers cannot be read ({type(error).__name__})") from None


def _silence(link: Link) -> str:
    found = f"within {FIRST_PICTURE_TIMEOUT_S:g} seconds"
    if link.answered:
        return f"it answers, but no whole picture came {found}"
    return f"no answer {found}; {NO_ANSWER}"


class NetworkCamera:
    """A camera that is being read."""

    def __init__(self, link: Link, reading: Future[None]) -> None:
        """reading: the end of the thread that reads it into the link."""
        self._link, self._reading = link, reading

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the newest picture, or None after `timeout` seconds; raises CameraError."""
        ended = self._reading.done()  # before taking the last picture
        captured = self._link.take(0 if ended else timeout)
        if captured is None and ended:
            self._reading.result()
            raise CameraError("the camera has ended its stream")
        return captured
