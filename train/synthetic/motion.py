"""Somebody who is drawn over and over: whose face changes, and whose head moves, with time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, Pose
from train.synthetic.identities import Person

GROWS = 0.4  # seconds from one expression to the next
WAVERS = 0.04  # how far a face's strength strays from frame to frame, of 1
BOX, LOWER = 1.42, 0.34
"""The side of a face's box, and how far below the head's middle the box's is, over half the head's
height, as the face finder sees drawn faces."""


@dataclass(frozen=True)
class Mood:
    """What somebody shows from a second on, which is when it has grown to half."""

    second: float
    label: str
    units: Units


@dataclass(frozen=True)
class Actor:
    """A person, what that person shows, and where the head is.

    path: keyframes (n, 7): second, x, y, size, roll, yaw, pitch; a head moves from one to the next,
    slowly at both ends. sway: (4, 3) amplitude, frequency in Hz and phase of x, y, roll and yaw.
    """

    name: str
    person: Person
    moods: Sequence[Mood]
    path: NDArray[np.float64]
    sway: NDArray[np.float64]

    def label(self, second: float) -> str:
        """What the person shows."""
        return [mood for mood in self.moods if mood.second <= second][-1].label

    def units(self, second: float, rng: np.random.Generator) -> Units:
        """The face's action units, wavering a little."""
        shown: dict[int, float] = {}
        for mood in self.moods:
            share = _ease((second - mood.second) / GROWS + 0.5) if mood.second else 1.0
            shown = {
                unit: (1 - share) * shown.get(unit, 0.0) + share * mood.units.get(unit, 0.0)
                for unit in {*shown, *mood.units}
            }
        return {unit: min(1.0, v * rng.normal(1, WAVERS)) for unit, v in sorted(shown.items())}

    def pose(self, second: float) -> Pose:
        """Where the head is and how it is held."""
        after = int(np.searchsorted(self.path[:, 0], second, side="right"))
        start, end = self.path[after - 1], self.path[min(after, len(self.path) - 1)]
        share = _ease((second - start[0]) / max(end[0] - start[0], 1e-9))
        x, y, size, roll, yaw, pitch = (start + (end - start) * share)[1:].tolist()
        amplitude, frequency, phase = self.sway.T
        dx, dy, turn, look = amplitude * np.sin(2 * np.pi * (frequency * second + phase))
        return Pose(x + dx, y + dy, size, roll + turn, yaw + look, pitch)

    def middle(self, second: float) -> tuple[float, float]:
        """Where the middle of the face's box is."""
        canvas = Canvas(Image.new("L", (1, 1)), self.pose(second), self.person.width, 1)
        return canvas.place([(0, LOWER)])[0]

    def is_in_view(self, second: float, width: int) -> bool:
        """Say whether at least 85 % of the face's box is within a picture's `width`."""
        (x, _), half = self.middle(second), 0.35 * BOX * self.pose(second).size
        return half <= x <= width - half


def _ease(share: float) -> float:
    """0 to 1, slowly at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
