"""What is published of each label: `totals` since the start, and `faces`."""

from collections.abc import Iterable

from emotion_edge.model.contract import UNKNOWN
from emotion_edge.output.json_lines import dumps
from emotion_edge.pipeline.label_times import LabelTotals, count_labels
from emotion_edge.pipeline.results import AggregateResult, FrameResult, PeriodCounts, Result


class LabelFigures:
    """Adds up what is seen. With --aggregate nothing changes but when a period ends."""

    def __init__(self) -> None:
        """Start at zero, without labels."""
        self._labels: tuple[str, ...] = ()
        self._totals = LabelTotals(())
        self._faces: dict[str, float] | None = None

    def begin(self, labels: Iterable[str]) -> None:
        """Go on with another model's labels."""
        self._labels = (*labels, UNKNOWN)
        self._totals.begin(labels)

    def add(self, result: Result) -> None:
        """Take in a result."""
        self._totals.add(result)
        if isinstance(result, FrameResult):
            self._faces = dict(count_labels(result))
        elif not isinstance(result, AggregateResult):
            self._faces = None
        elif result.counts:
            self._faces = _average(result.counts)

    def totals_message(self) -> str:
        """Return seconds and count of each label since the start, as JSON."""
        totals = self._totals.read()
        return dumps(
            {
                "seconds": {label: round(seen.seconds, 1) for label, seen in totals.items()},
                "count": {label: seen.count for label, seen in totals.items()},
            }
        )

    def faces_message(self) -> str:
        """Return how many faces have each label, as JSON; an empty object while it is not known.

        With --aggregate, how many there were on average in a frame of the last period.
        """
        if self._faces is None:
            return "{}"
        return dumps({label: self._faces.get(label, 0) for label in self._labels})


def _average(period: PeriodCounts) -> dict[str, float] | None:
    if not period.frames:
        return None
    return {label: round(count / period.frames, 3) for label, count in period.counts.items()}
