"""A face in a frame."""

import math
from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A square around a face in pixels of the frame: its left, its top, its side."""

    x: float
    y: float
    side: float


@dataclass(frozen=True)
class Face:
    """A face in a frame.

    score: 0..1, how sure the finder is that it is one. eyes: x and y of the one on the picture's
    left, then of the other, in pixels of the frame.
    """

    box: Box
    score: float
    eyes: tuple[float, float, float, float]

    @property
    def tilt(self) -> float:
        """Return by how much the line between the eyes is turned, in degrees clockwise."""
        x, y, other_x, other_y = self.eyes
        return math.degrees(math.atan2(other_y - y, other_x - x))
