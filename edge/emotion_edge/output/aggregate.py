"""Counts per label over a period, and nothing of any moment or person in it."""

import time
from collections import Counter

from emotion_edge.output.json_lines import utc_now
from emotion_edge.pipeline.analyzer import FaceResult


class Aggregate:
    """The period that is running."""

    def __init__(self, minutes: float) -> None:
        """minutes: how long a period is."""
        self._seconds = 60 * minutes
        self._begin()

    def _begin(self) -> None:
        self._start, self._from = time.monotonic(), utc_now()
        self._frames, self._counts = 0, Counter[str]()

    def count(self, sightings: list[FaceResult]) -> None:
        """Count each face in a frame by what is said of it, or that there is none."""
        self._frames += 1
        self._counts.update(sighting.said.label for sighting in sightings)

    def finished(self) -> dict[str, object] | None:
        """Return the period's counts and begin the next one, where it is over."""
        if time.monotonic() - self._start < self._seconds:
            return None
        line: dict[str, object] = {
            "event": "aggregate",
            "from": self._from,
            "to": utc_now(),
            "frames": self._frames,
            "counts": dict(sorted(self._counts.items())),
        }
        self._begin()
        return line
