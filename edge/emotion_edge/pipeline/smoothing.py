"""Stable labels: smooth one face's scores over time and decide which label to show.

Scores are averaged over time. A label is shown when its score is high enough and clearly ahead, and
kept until its score has fallen well below that (hysteresis). A new label must last a moment before
it is shown. All times are in seconds, so the frame rate does not matter. If frames are so far apart
that a label cannot be seen to last, one frame is enough.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.model.contract import UNKNOWN, Contract


@dataclass(frozen=True, kw_only=True)
class SmoothingSettings:
    """Settings of label smoothing.

    The defaults give the most stable labels of those that `make bench` found quick enough (0.7 s).

    window: time constant in seconds of the exponential average of the scores.
    enter, leave: a label is shown from this score on, and no longer below that one, 0..1; None
        takes the model's own thresholds.
    margin: how far a label must be ahead of the next one to be shown.
    dwell: seconds that a label must last before it is shown. One frame is enough if frames are
        further apart than `dwell` and `window`.
    """

    window: float = 0.15
    enter: float | None = None
    leave: float | None = None
    margin: float = 0.02
    dwell: float = 0.2

    def for_model(self, contract: Contract) -> "SmoothingSettings":
        """Fill in the model's thresholds; raises UserError if `leave` is then above `enter`."""
        enter = contract.enter if self.enter is None else self.enter
        leave = contract.leave if self.leave is None else self.leave
        if leave > enter:
            raise UserError(f"--leave {leave} is above --enter {enter}: no label could last")
        return replace(self, enter=enter, leave=leave)


@dataclass(frozen=True)
class Decision:
    """The label to show for a face. reason: why it is "unknown", else None.

    Reasons: "low_score", "low_margin", or why the image was rejected (`check_quality`).
    """

    label: str
    reason: str | None = None


class LabelSmoother:
    """One face's label over time.

    decision: None until something has lasted `dwell` seconds. scores: float64 (classes,), the
    average; zeros until an image of the face was good enough.
    """

    def __init__(self, labels: tuple[str, ...], settings: SmoothingSettings) -> None:
        """Start with an unknown face. settings: without thresholds, the contract's defaults."""
        self._labels, self._settings = labels, settings
        self._enter = Contract.enter if settings.enter is None else settings.enter
        self._leave = Contract.leave if settings.leave is None else settings.leave
        self.scores: npt.NDArray[np.float64] = np.zeros(len(labels))
        self.decision: Decision | None = None
        self._averaged_at: float | None = None
        self._candidate: tuple[str, float] | None = None  # a label and since when it holds

    def update(
        self,
        scores: npt.NDArray[np.float64],
        seconds: float,
        reject_reason: str | None = None,
        *,
        spacing: float = 0.0,
    ) -> bool:
        """Add a frame's scores; return whether the shown label changes.

        scores: (classes,); not averaged if there is a `reject_reason`. seconds: the frame's time.
        spacing: seconds between the stream's frames, 0 if unknown.
        """
        if reject_reason is None:
            self._average(scores, seconds)
        now = Decision(UNKNOWN, reject_reason) if reject_reason else self._decide()
        if self._candidate is None or self._candidate[0] != now.label:
            self._candidate = (now.label, seconds)
        before = self.decision.label if self.decision else None
        if before == now.label or self._has_lasted(seconds - self._candidate[1], spacing):
            self.decision = now
        return self.decision is not None and self.decision.label != before

    def judges_alone(self, spacing: float) -> bool:
        """Return whether frames are so far apart, in seconds, that each one decides on its own."""
        return spacing > max(self._settings.dwell, self._settings.window)

    def _has_lasted(self, lasted: float, spacing: float) -> bool:
        # Times are sums of fractions.
        return self.judges_alone(spacing) or lasted + 1e-6 >= self._settings.dwell

    def _average(self, scores: npt.NDArray[np.float64], seconds: float) -> None:
        if self._averaged_at is None:
            self.scores = scores
        else:
            # The exponential moving average of a signal sampled at uneven times.
            elapsed = seconds - self._averaged_at
            weight = 1 - np.exp(-elapsed / max(self._settings.window, 1e-9))
            self.scores = self.scores + weight * (scores - self.scores)
        self._averaged_at = seconds

    def _decide(self) -> Decision:
        second, best = np.argsort(self.scores)[-2:]
        high = self.scores[best] >= self._enter
        ahead = self.scores[best] - self.scores[second] >= self._settings.margin
        if high and ahead:
            return Decision(self._labels[best])
        shown = self.decision.label if self.decision else UNKNOWN
        if shown != UNKNOWN and self.scores[self._labels.index(shown)] >= self._leave:
            return Decision(shown)
        return Decision(UNKNOWN, "low_margin" if high else "low_score")
