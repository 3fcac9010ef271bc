"""What happens while expressions are taught in front of a camera, whatever shows it to the user.

Each label has a step in each of `ROUNDS` rounds: a countdown, then faces are taken. The faces of a
step are a burst, and what was learnt can only be checked on a burst that was not taught; so the
rounds are what makes a check possible.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from emotion_edge.imaging.regions import Pixels
from emotion_edge.teaching.faces import SeenFace, TaughtFaces, gather

ROUNDS = 2
COUNTDOWN_S = 3.0
EVERY_S = 0.15  # between two faces, at least
TOO_LIKE = "too_like"
MIN_DIFFERENCE = 3.0  # mean of two inputs' pixels, 0..255; a still face in noise of 4 has about 2


@dataclass(frozen=True)
class View:
    """What to show.

    label: the expression to make. again: whether this is not the first round. step, steps: of all
    steps, from 1. seconds: of the countdown that
    are left; 0 if faces are taken. taken, wanted: faces of this step. problem: why the last frame
    was no use (see `FaceReader.see`, or `TOO_LIKE` one that was taken in this step), else "".
    """

    label: str
    again: bool
    step: int
    steps: int
    seconds: float
    taken: int
    wanted: int
    problem: str

    @property
    def countdown(self) -> int:
        """What is left of the countdown in whole seconds; 0 if faces are taken."""
        return max(0, math.ceil(self.seconds - 1e-3))


class _Step(NamedTuple):
    label: str
    burst: int
    faces: list[SeenFace]


class Wizard:
    """The steps, and the faces that were taken."""

    def __init__(self, labels: Sequence[str], count: int) -> None:
        """labels: to teach, in their order. count: faces of each label, in all rounds together."""
        self._wanted = max(1, -(-count // ROUNDS))
        places = [label for _ in range(ROUNDS) for label in labels]
        self._steps = [_Step(label, burst, []) for burst, label in enumerate(places)]
        self._first_round = len(labels)
        self._place = 0
        self._started: float | None = None  # when the countdown of this step began
        self._last = 0.0  # when the last face was taken
        self._seconds, self._problem = COUNTDOWN_S, ""

    @property
    def done(self) -> bool:
        """Whether the last step is over."""
        return self._place == len(self._steps)

    @property
    def view(self) -> View:
        """What to show, unless it is done."""
        step = self._steps[self._place]
        return View(
            label=step.label,
            again=step.burst >= self._first_round,
            step=self._place + 1,
            steps=len(self._steps),
            seconds=self._seconds,
            taken=len(step.faces),
            wanted=self._wanted,
            problem=self._problem,
        )

    def see(self, seconds: float, seen: SeenFace | str) -> None:
        """Go on with a frame, unless it is done.

        seconds: its time; where that goes back, as after another start of a camera, the countdown
        begins again. seen: the face in it, or why there is none.
        """
        if self._started is None or seconds < max(self._started, self._last):
            self._started = self._last = seconds
        self._seconds = max(0.0, self._started + COUNTDOWN_S - seconds)
        self._problem = seen if isinstance(seen, str) else ""
        if isinstance(seen, str) or self._seconds > 0:
            return
        step = self._steps[self._place]
        if seconds - self._last < EVERY_S:
            return
        if not all(_differ(seen.image, each.image) for each in step.faces):
            self._problem = TOO_LIKE
            return
        step.faces.append(seen)
        self._last = seconds
        if len(step.faces) == self._wanted:
            self._go_to(self._place + 1)

    def _go_to(self, place: int) -> None:
        self._place, self._started, self._problem = place, None, ""
        self._seconds = COUNTDOWN_S

    def skip(self) -> None:
        """Leave out this label: nothing of it will be learnt."""
        label, later = self._steps[self._place].label, self._steps[self._place :]
        before = [each for each in self._steps[: self._place] if each.label != label]
        self._steps = before + [each for each in later if each.label != label]
        self._go_to(len(before))

    def repeat(self) -> None:
        """Take the faces of this step again, or during its countdown those of the one before."""
        place = self._place if self._seconds == 0 else max(0, self._place - 1)
        self._steps[place].faces.clear()
        self._go_to(place)

    def with_faces(self) -> list[str]:
        """Return the labels that have faces, in the order of the steps."""
        return list(dict.fromkeys(step.label for step in self._steps if step.faces))

    def faces(self, labels: tuple[str, ...]) -> TaughtFaces:
        """Return the faces that were taken. labels: the head's; all of `with_faces` are among them.

        There is at least one face.
        """
        taken = [(step, face) for step in self._steps for face in step.faces]
        return gather(
            labels,
            [step.label for step, _ in taken],
            [step.burst for step, _ in taken],
            [face.looks for _, face in taken],
        )


def _differ(image: Pixels, other: Pixels) -> bool:
    return bool(np.abs(image.astype(np.int16) - other).mean() >= MIN_DIFFERENCE)
