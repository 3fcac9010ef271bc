"""A frame, that there is none, and the wait between two."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


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
class CameraLost:
    """A camera that gives no frames for now: why, and in how many seconds it is tried again."""

    source: str
    reason: str
    retry: float
