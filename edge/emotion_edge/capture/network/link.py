"""Hands pictures from the thread that reads a network camera to the one that wants the newest."""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.camera import CapturedFrame
from emotion_edge.capture.frame_rate import FrameRateLimiter
from emotion_edge.capture.live_stdin import Latest
from emotion_edge.imaging.image_files import ImageError

Decode = Callable[[], npt.NDArray[np.uint8]]


class _Arrived(NamedTuple):
    """A picture that is decoded when it is taken, its number, and when it came."""

    decode: Decode
    number: int
    seconds: float


class Link:
    """Holds the newest picture alone, so that nothing piles up however slow the taker is.

    closed: set when the reader must end. answered: whether the camera has answered. delivered: set
    when the first picture is there.
    """

    def __init__(self, fps: float) -> None:
        """fps: pictures a second to keep."""
        self.closed, self.delivered, self.answered = Event(), Event(), False
        self._limiter, self._latest = FrameRateLimiter(fps), Latest[_Arrived]()
        self._put, self._taken = 0, 0
        self._at_close: list[Callable[[], None]] = []

    def put(self, decode: Decode) -> None:
        """Replace the picture, unless it is too early for the rate.

        decode: returns (rows, columns, 3) uint8 RGB; ImageError means a damaged picture.
        """
        now = time.monotonic()
        if not self._limiter.is_early(now):
            self._limiter.accept(now)
            self._put += 1
            self._latest.put(_Arrived(decode, self._put, now))
            self.delivered.set()

    def take(self, timeout: float) -> CapturedFrame | None:
        """Return the newest picture; None if none comes in time, or if it is damaged."""
        arrived = self._latest.take(timeout)
        if arrived is None:
            return None
        with suppress(ImageError):
            pixels = arrived.decode()
            dropped, self._taken = arrived.number - self._taken - 1, arrived.number
            return CapturedFrame(pixels, arrived.seconds, dropped)
        return None

    def at_close(self, end: Callable[[], None]) -> None:
        """Let `close` call `end`, which ends what the reader waits for."""
        self._at_close.append(end)

    def close(self) -> None:
        """Tell the reader to end."""
        self.closed.set()
        for end in self._at_close:
            end()
