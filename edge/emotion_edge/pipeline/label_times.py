"""How long and how often each label was seen in a stream: one definition for all outputs.

Each face counts, so two happy faces make two happy seconds a second. That way labels, faces and
minutes can be added up, and a label's share is its share of the time in which faces were in view.
`no_face` gets the time in which nobody was. A frame stands for the time since the frame before it.
After a gap the time between is not known: a frame stands for at most twice as long as the one
before it, or for `LEAST_GAP_S`. While the camera is paused or lost, no time passes. Pictures that
have no time count for nothing.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.results import (
    AggregateResult,
    FrameResult,
    NoSignal,
    PeriodCounts,
    Result,
)

LEAST_GAP_S = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """How much was seen of a label.

    seconds: of all faces with it, added up. count: how often a face had it, once a frame for each
    face. Of `no_face`: the time in which nobody was in view, and the number of such frames.
    """

    seconds: float
    count: int


def add_up(totals: dict[str, Seen], more: Mapping[str, Seen]) -> None:
    """Add what was seen of each label to `totals`."""
    for label, seen in more.items():
        before = totals.get(label, Seen(0.0, 0))
        totals[label] = Seen(before.seconds + seen.seconds, before.count + seen.count)


def count_labels(result: FrameResult) -> Counter[str]:
    """Return how many faces in a frame have each label, and `no_face` once if nobody is there."""
    counts = Counter(face.decision.label for face in result.faces)
    if result.face_count == 0:
        counts[NO_FACE] = 1
    return counts


class LabelTimer:
    """Says of each result how much more of each label was seen."""

    def __init__(self) -> None:
        """Start before the first frame."""
        self._last: float | None = None
        self._gap = 0.0

    def process(self, result: Result) -> Mapping[str, Seen]:
        """Return what a result adds to each label; with --aggregate, what its period adds."""
        if isinstance(result, AggregateResult):
            return _of_period(result.counts) if result.counts else {}
        if isinstance(result, NoSignal) or result.frame.seconds is None:
            self._last = None
            return {}
        elapsed = self._elapsed(result.frame.seconds)
        counts = count_labels(result)
        return {label: Seen(elapsed * count, count) for label, count in counts.items()}

    def _elapsed(self, seconds: float) -> float:
        """Return for how long a frame stands. seconds: its time."""
        if not math.isfinite(seconds):
            return 0.0
        before, self._last = self._last, seconds
        if before is None:
            return 0.0
        most, self._gap = max(LEAST_GAP_S, 2 * self._gap), max(0.0, seconds - before)
        return min(self._gap, most)


def _of_period(period: PeriodCounts) -> Mapping[str, Seen]:
    return {label: Seen(each, period.counts[label]) for label, each in period.seconds.items()}


class LabelTotals:
    """What was seen of each label since the start. One thread adds; any thread reads."""

    def __init__(self, labels: Iterable[str]) -> None:
        """Start at zero. labels: the model's; `unknown` and `no_face` are added."""
        self._timer, self._totals = LabelTimer(), dict[str, Seen]()
        self.begin(labels)

    def begin(self, labels: Iterable[str]) -> None:
        """Take in another model's labels; what was seen before stays."""
        totals = dict(self._totals)
        add_up(totals, dict.fromkeys((*labels, UNKNOWN, NO_FACE), Seen(0.0, 0)))
        self._totals = totals

    def add(self, result: Result) -> None:
        """Add what a result shows."""
        totals = dict(self._totals)
        add_up(totals, self._timer.process(result))
        self._totals = totals  # whole, so that no reader sees a part of a result

    def read(self) -> Mapping[str, Seen]:
        """Return the totals of every label, in the order in which the labels became known."""
        return self._totals
