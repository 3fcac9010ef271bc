"""A camera on stdin: `--source - --live`. The latest frame wins."""

import time
from collections.abc import Callable, Generator
from functools import partial
from threading import Condition, Event
from typing import Generic, NamedTuple, TypeVar

from emotion_edge.capture.frame import Frame
from emotion_edge.capture.raw_stdin import raw_frame, read_raw_frame
from emotion_edge.util.timeouts import POLL_S, run_in_thread

T = TypeVar("T")


class _Read(NamedTuple):
    """A whole frame, and when its last byte was read."""

    data: bytearray
    number: int
    seconds: float


def read_latest_frames(width: int, height: int, stop: Event) -> Generator[Frame, None, None]:
    """Yield the latest whole frame on stdin each time, until `stop` is set or stdin ends.

    Frames that a newer one replaced are counted in the next frame's `dropped`. Besides the frame
    yielded last, the latest frame and one being read are in memory. Raises UserError as
    `read_raw_frames` does.
    """
    latest, closed, after = Latest[_Read](), Event(), -1

    def stopped() -> bool:
        return stop.is_set() or closed.is_set()

    reading = run_in_thread(partial(_read_all, latest, width, height, stopped))
    try:
        while not stop.is_set():
            ended = reading.done()  # before taking the last frame
            if taken := latest.take(0 if ended else POLL_S):
                dropped, after = taken.number - after - 1, taken.number
                yield raw_frame(taken.data, width, height, taken.number, taken.seconds, dropped)
            elif ended:
                return reading.result()
    finally:
        closed.set()


def _read_all(
    latest: "Latest[_Read]", width: int, height: int, stopped: Callable[[], bool]
) -> None:
    index = 0
    while data := read_raw_frame(width, height, index, stopped):
        latest.put(_Read(data, index, time.monotonic()))
        index += 1


class Latest(Generic[T]):
    """Hands the newest frame from one thread to another."""

    def __init__(self) -> None:
        """Start without a frame."""
        self._frame: T | None = None
        self._changed = Condition()

    def put(self, frame: T) -> None:
        """Replace the frame, whether it was taken or not."""
        with self._changed:
            self._frame = frame
            self._changed.notify()

    def take(self, timeout: float) -> T | None:
        """Return the newest frame that was not taken yet; None if none comes in `timeout` s."""
        with self._changed:
            if self._frame is None:
                self._changed.wait(timeout)
            frame, self._frame = self._frame, None
            return frame
