"""Move a drawn person over time: the expression changes and the head moves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from train.synthetic.action_units import Units
from train.synthetic.canvas import Canvas, Pose
from train.synthetic.identities import Person

TRANSITION_S = 0.4  # from one expression to the next
UNIT_JITTER = 0.04  # relative standard deviation of the units from frame to frame
BOX_SIDE, BOX_CENTRE_Y = 1.42, 0.34
"""The face box that the detector finds for drawn faces: its side, and how far its centre is below
the centre of the head, both in half head heights."""


@dataclass(frozen=True)
class ExpressionChange:
    """A change of expression. second: when the new expression has grown to half."""

    second: float
    label: str
    units: Units


@dataclass(frozen=True)
class Actor:
    """A person with their expressions and head movements.

    changes: sorted by time; the first one is at 0. path: keyframes (n, 7): second, x, y, size,
    roll, yaw, pitch; the head moves from one to the next, slowly at both ends. sway: (4, 3)
    amplitude, frequency in Hz and phase of x, y, roll and yaw.
    """

    name: str
    person: Person
    changes: Sequence[ExpressionChange]
    path: NDArray[np.float64]
    sway: NDArray[np.float64]

    def label(self, second: float) -> str:
        """Return the label of the expression."""
        return [change for change in self.changes if change.second <= second][-1].label

    def units(self, second: float, rng: np.random.Generator) -> Units:
        """Return the face's action units, with a little random jitter."""
        shown: dict[int, float] = {}
        for change in self.changes:
            share = _ease((second - change.second) / TRANSITION_S + 0.5) if change.second else 1.0
            shown = {
                unit: (1 - share) * shown.get(unit, 0.0) + share * change.units.get(unit, 0.0)
                for unit in {*shown, *change.units}
            }
        return {unit: min(1.0, v * rng.normal(1, UNIT_JITTER)) for unit, v in sorted(shown.items())}

    def pose(self, second: float) -> Pose:
        """Return the pose of the head."""
        after = int(np.searchsorted(self.path[:, 0], second, side="right"))
        start, end = self.path[after - 1], self.path[min(after, len(self.path) - 1)]
        share = _ease((second - start[0]) / max(end[0] - start[0], 1e-9))
        x, y, size, roll, yaw, pitch = (start + (end - start) * share)[1:].tolist()
        amplitude, frequency, phase = self.sway.T
        dx, dy, d_roll, d_yaw = amplitude * np.sin(2 * np.pi * (frequency * second + phase))
        return Pose(x + dx, y + dy, size, roll + d_roll, yaw + d_yaw, pitch)

    def face_centre(self, second: float) -> tuple[float, float]:
        """Return the centre of the face box in pixels."""
        canvas = Canvas(Image.new("L", (1, 1)), self.pose(second), self.person.width, 1)
        return canvas.place([(0, BOX_CENTRE_Y)])[0]

    def is_in_view(self, second: float, width: int) -> bool:
        """Say whether at least 85 % of the face box is within an image of this width."""
        (x, _), margin = self.face_centre(second), 0.35 * BOX_SIDE * self.pose(second).size
        return margin <= x <= width - margin


def _ease(share: float) -> float:
    """Map 0..1 to 0..1, slowly at both ends; clip values outside."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
