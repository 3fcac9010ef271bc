"""Who watches: how many may, and what the log and others hear of it."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from emotion_edge.pipeline.stats import PipelineStats

# Who asks for a snapshot or the state watches for so long: a program may ask every few seconds.
LINGER_S = 10.0
log = logging.getLogger(__name__)


class FullError(Exception):
    """As many watch as may."""


class Viewers:
    """Counts who watches. All but the properties belongs to the server's thread."""

    def __init__(
        self, stats: PipelineStats, limit: int, on_change: Callable[[], None] = lambda: None
    ) -> None:
        """limit: of viewers of pictures, readers of events, and those who wait for a snapshot.

        on_change: called when `stats.watched` has changed.
        """
        self._stats, self._limit, self._on_change = stats, limit, on_change
        self._counts = {"picture": 0, "events": 0, "snapshot": 0}
        self._asked = float("-inf")

    @property
    def pictures(self) -> int:
        """How many watch the picture."""
        return self._counts["picture"]

    @property
    def events(self) -> int:
        """How many read the events."""
        return self._counts["events"]

    @property
    def count(self) -> int:
        """How many watch: a page reads events, and shows the picture beside them."""
        return max(self._counts.values())

    @contextmanager
    def enter(self, kind: str, address: str) -> Iterator[None]:
        """Count who gets the "picture", the "events" or a "snapshot"; raises FullError if too many.

        address: of the viewer, for the log.
        """
        if self._counts[kind] >= self._limit:
            raise FullError
        self._counts[kind] += 1
        self._update(address)
        try:
            yield
        finally:
            self._counts[kind] -= 1
            if kind == "snapshot":
                self.asked(address)
            else:
                self._update(address)

    def asked(self, address: str) -> None:
        """Note that somebody has asked once for what a viewer sees."""
        self._asked = time.monotonic()
        self._update(address)
        asyncio.get_running_loop().call_later(LINGER_S + 0.1, self._update, address)

    def end(self) -> None:
        """Note that nobody can watch any more; when the server's thread has ended."""
        if self._stats.watched:
            self._stats.watched = False
            self._on_change()

    def _update(self, address: str) -> None:
        watched = self.count > 0 or time.monotonic() - self._asked < LINGER_S
        if watched == self._stats.watched:
            return
        self._stats.watched = watched
        self._on_change()
        if watched:
            log.info("the page is being watched, from %s", address)
        else:
            log.info("nobody watches the page any more")
