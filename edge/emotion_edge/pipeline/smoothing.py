"""Labels that hold still: what is said of one face, from what the network says frame by frame.

Scores are averaged over time, a label is said when its score is high enough and clearly ahead, and
kept until it has fallen well below that; and whatever is to be said must have lasted a moment.
Everything is in seconds, so that the frame rate does not matter.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.model.contract import UNKNOWN, Contract


@dataclass(frozen=True, kw_only=True)
class SmoothingSettings:
    """When something is said. Raises UserError where `leave` is above `enter`.

    The defaults are those that `make bench` found quick enough (0.7 s) and stillest.

    window: seconds over which scores are averaged, the time constant of an exponential.
    enter, leave: the score 0..1 from which a label is said, and below which it no longer is.
    margin: how far it must be ahead of the next label to be said.
    dwell: seconds that something must last before it is said, and so the least that it is.
    """

    window: float = 0.15
    enter: float = Contract.enter
    leave: float = Contract.leave
    margin: float = 0.02
    dwell: float = 0.2

    def __post_init__(self) -> None:
        if self.leave > self.enter:
            raise UserError(
                f"--leave {self.leave} is above --enter {self.enter}: nothing would last"
            )


@dataclass(frozen=True)
class Decision:
    """What is said of a face. reason: why it is "unknown", else None.

    reasons: "low_score", "low_margin", or what the picture's quality forbids (`faces.quality`).
    """

    label: str
    reason: str | None = None


class LabelSmoother:
    """One face's label over time. said: None until something has lasted `dwell`.

    scores: float64 (classes,), averaged; zeros until a picture of the face was good enough.
    """

    def __init__(self, labels: tuple[str, ...], rules: SmoothingSettings) -> None:
        """Begin with a face that nothing is known of."""
        self.labels, self.rules = labels, rules
        self.scores: npt.NDArray[np.float64] = np.zeros(len(labels))
        self.said: Decision | None = None
        self._averaged: float | None = None
        self._next: tuple[str, float] | None = None

    def update(
        self, scores: npt.NDArray[np.float64], seconds: float, doubt: str | None = None
    ) -> bool:
        """Take in a frame's scores; return whether another label is said now.

        scores: (classes,), left out of the average where there is a `doubt`. seconds: the frame's
        time.
        """
        if doubt is None:
            self._average(scores, seconds)
        now = Decision(UNKNOWN, doubt) if doubt else self._judge()
        if self._next is None or self._next[0] != now.label:
            self._next = (now.label, seconds)
        before = self.said.label if self.said else None
        lasted = seconds - self._next[1] + 1e-6  # times are sums of fractions
        if before == now.label or lasted >= self.rules.dwell:
            self.said = now
        return self.said is not None and self.said.label != before

    def _average(self, scores: npt.NDArray[np.float64], seconds: float) -> None:
        if self._averaged is None:
            self.scores = scores
        else:
            # The exponential moving average of a signal sampled at uneven times.
            share = 1 - np.exp(-(seconds - self._averaged) / max(self.rules.window, 1e-9))
            self.scores = self.scores + share * (scores - self.scores)
        self._averaged = seconds

    def _judge(self) -> Decision:
        second, best = np.argsort(self.scores)[-2:]
        high = self.scores[best] >= self.rules.enter
        ahead = self.scores[best] - self.scores[second] >= self.rules.margin
        if high and ahead:
            return Decision(self.labels[best])
        said = self.said.label if self.said else UNKNOWN
        if said != UNKNOWN and self.scores[self.labels.index(said)] >= self.rules.leave:
            return Decision(said)
        return Decision(UNKNOWN, "low_margin" if high else "low_score")
