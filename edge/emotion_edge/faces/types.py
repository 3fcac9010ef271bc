"""Faces and their boxes."""

import math
from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A square around a face: left, top and side in pixels of the frame."""

    x: float
    y: float
    side: float

    def scaled(self, factor: float) -> "Box":
        """Return the box in a picture that is `factor` times as large."""
        return Box(*(factor * value for value in self))


@dataclass(frozen=True)
class Face:
    """A face in a frame.

    score: 0..1, the detector's confidence. eyes: x and y of the eye on the left of the picture,
    then of the other, in pixels of the frame.
    """

    box: Box
    score: float
    eyes: tuple[float, float, float, float]

    @property
    def tilt(self) -> float:
        """Angle of the line between the eyes, in degrees clockwise."""
        x, y, other_x, other_y = self.eyes
        return math.degrees(math.atan2(other_y - y, other_x - x))
