"""The history as a sink: `--history`."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Self

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.label_times import LabelTimer, Seen, add_up
from emotion_edge.pipeline.results import Result
from emotion_edge.system.clock import FIRST_YEAR, WallClock
from emotion_edge.util.ticker import Ticker
from emotion_edge.util.timeouts import run_in_thread

WRITE_EVERY_S = 60.0
PATIENCE_S = 3.0  # with the disk, at the beginning and at the end
MAX_WAITING = 60  # minutes that wait in memory while the file cannot be written
MINUTE_S, DAY_S = 60, 86_400
Minutes = dict[float, dict[str, Seen]]
log = logging.getLogger(__name__)


class HistorySink(Sink):
    """Adds up what is seen, and writes it to the file every minute on a thread of its own.

    Nothing that goes wrong with the file stops the daemon: it warns, and tries again with what has
    waited. What is not written yet follows a jump of the clock. Until the clock is plausible,
    nothing is written, and until it is settled, nothing is removed.
    """

    def __init__(self, path: Path, *, days: int, period: float | None) -> None:
        """path: the file. days: how long it keeps a row. period: minutes of --aggregate, if any."""
        self._path, self._days = path, days
        # A period's counts come at its end.
        self._span = round(MINUTE_S * (period or 1))
        self._delay = self._span if period else 0
        self._timer, self._clock = LabelTimer(), WallClock()
        # By the seconds from the computer's start to the minute's.
        self._waiting: Minutes = {}
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._trouble, self._lost = "", 0
        self._ticker = Ticker(self._write, WRITE_EVERY_S)

    def __enter__(self) -> Self:
        """Make the file if there is none, and start to write."""
        self._in_time(self._write)
        self._ticker.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        """Write what is left."""
        self._in_time(self._end)

    def _in_time(self, work: Callable[[], None]) -> None:
        """Do something that waits for the disk, but not for long."""
        future = run_in_thread(work)
        if futures.wait([future], PATIENCE_S).done:
            future.result()
        else:
            self._report(f"{self._path}: the disk does not answer within {PATIENCE_S:g} seconds")

    def _end(self) -> None:
        self._ticker.__exit__()
        self._write()
        self._lost += len(self._waiting)
        self._report_lost()

    def publish(self, result: Result) -> None:
        """Add what a result shows to its minute."""
        if seen := self._timer.process(result):
            with self._lock:
                add_up(self._waiting.setdefault(self._minute(), {}), seen)

    def _minute(self) -> float:
        """Return when the minute began in which the present time, or the period's start, is."""
        start, offset = self._clock.read() - self._delay, self._clock.offset
        return (start + offset) // MINUTE_S * MINUTE_S - offset

    def _write(self) -> None:
        """Write all that waits, unless a disk that does not answer holds up the former write."""
        if not self._writing.acquire(blocking=False):
            return self._keep({})
        try:
            self._write_minutes()
        finally:
            self._writing.release()

    def _write_minutes(self) -> None:
        """Write all that waits; keep it if the file or the clock does not allow that now."""
        with self._lock:
            minutes, self._waiting = self._waiting, {}
        try:
            self._check_clock()
            add_rows(self._path, self._rows(minutes), self._kept())
        except (UserError, RunError) as error:
            self._keep(minutes)
            self._report(str(error))
        else:
            self._report("")

    def _check_clock(self) -> None:
        if not self._clock.is_plausible:
            raise RunError(f"{self._path}: the clock is wrong: it shows a year before {FIRST_YEAR}")

    def _rows(self, minutes: Minutes) -> Iterator[Row]:
        for minute, totals in minutes.items():
            start = round((minute + self._clock.offset) / MINUTE_S) * MINUTE_S
            for label, seen in totals.items():
                yield Row(start, self._span, label, seen)

    def _kept(self) -> tuple[float, float] | None:
        """Return from when to when rows are kept; None: all, because the clock may be wrong.

        Rows so far in the future were written while the clock was wrong.
        """
        if not self._clock.is_settled:
            return None
        now, kept = self._clock.unix_time, self._days * DAY_S
        return now - kept, now + kept

    def _keep(self, minutes: Minutes) -> None:
        """Let minutes that could not be written wait, but only the newest `MAX_WAITING`."""
        with self._lock:
            for minute, totals in self._waiting.items():
                add_up(minutes.setdefault(minute, {}), totals)
            oldest = sorted(minutes)[:-MAX_WAITING]
            for minute in oldest:
                del minutes[minute]
            self._waiting, self._lost = minutes, self._lost + len(oldest)

    def _report(self, trouble: str) -> None:
        """Log what is wrong with the file now, or that it is right again."""
        if trouble and trouble != self._trouble:
            log.warning("--history %s; trying again every minute", trouble)
        elif self._trouble and not trouble:
            log.warning("--history %s: it is written again", self._path)
            self._report_lost()
        self._trouble = trouble

    def _report_lost(self) -> None:
        if self._lost:
            log.warning("--history %s: %d minute(s) are lost", self._path, self._lost)
        self._lost = 0
