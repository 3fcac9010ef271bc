"""Counts per label over a period, without any moment or person."""

import time
from collections import Counter

from emotion_edge.pipeline.label_times import LabelTimer, Seen, add_up, count_labels
from emotion_edge.pipeline.results import (
    AggregateResult,
    FrameResult,
    NoSignal,
    PeriodCounts,
    utc_now,
)
from emotion_edge.pipeline.stats import PipelineStats


class LabelCounter:
    """Counts labels in the running period, and `no_face` once for a frame in which nobody is."""

    def __init__(self, minutes: float, stats: PipelineStats, source: str = "") -> None:
        """Start the first period. minutes: its length. stats: are told when a period ends.

        source: what the user calls the source.
        """
        self._period, self._stats, self._timer = 60 * minutes, stats, LabelTimer()
        self._source = source
        self._start()

    def _start(self) -> None:
        self._started, self._start_time = time.monotonic(), utc_now()
        self._frames, self._counts, self._seen = 0, Counter[str](), dict[str, Seen]()

    def process(self, result: FrameResult | NoSignal) -> AggregateResult:
        """Count a result; return the result for sinks, with the counts if a period has ended."""
        if isinstance(result, FrameResult):
            self._frames += 1
            self._counts += count_labels(result)
        add_up(self._seen, self._timer.process(result))
        return AggregateResult(self._finish())

    def _finish(self) -> PeriodCounts | None:
        if time.monotonic() - self._started < self._period:
            return None
        counts = PeriodCounts(
            start=self._start_time,
            end=utc_now(),
            frames=self._frames,
            counts=dict(sorted(self._counts.items())),
            seconds={label: seen.seconds for label, seen in sorted(self._seen.items())},
            source=self._source,
        )
        self._stats.end_period()
        self._start()
        return counts
