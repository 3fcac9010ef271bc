"""A frame, that there is none, and the wait between two."""

import time
from dataclasses import dataclass
from threading import Event

import numpy as np
import numpy.typing as npt

POLL = 0.2  # seconds between looks at the stop event while nothing happens


@dataclass(frozen=True)
class Frame:
    """One picture: where it is from, its number there, and (rows, columns, 3) uint8 RGB.

    seconds: when it was taken, from any start, by a clock that never steps back; None where
        pictures are unrelated to each other. dropped: how many frames before it came too late.
    """

    source: str
    index: int
    pixels: npt.NDArray[np.uint8]
    seconds: float | None = None
    dropped: int = 0


@dataclass(frozen=True)
class Lost:
    """A camera that gives no frames for now: why, and in how many seconds it is tried again."""

    source: str
    reason: str
    retry: float


def rest(pause: float, stop: Event) -> None:
    """Sleep for so many seconds, but not beyond `stop`, which a signal handler sets.

    Not by stop.wait: a handler that sets an event whose lock the main thread holds never returns.
    """
    end = time.monotonic() + pause
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, POLL))
