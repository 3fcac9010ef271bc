"""GET /api/history: how long and how often each label was seen."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.history.query import Total, Unit, read_totals
from emotion_edge.output.history.times import end_moment, moment, one_day
from emotion_edge.output.json_lines import Line
from emotion_edge.output.web.handlers.daemon import DaemonHandler

MAX_ROWS = 20_000  # a day's minutes with some labels each; a year's hours with two
UNITS = ("minute", "hour", "day")
log = logging.getLogger(__name__)


class HistoryHandler(DaemonHandler):
    """Reads the history on another thread: it may take seconds."""

    async def get(self) -> None:
        """Answer with a row for each label in each minute, hour or day."""
        path = self.site.history
        if path is None:
            self.refuse(404, "there is no history; run with --history FILE")
        start, end = self._span()
        unit = self.get_query_argument("by", "hour")
        if unit not in UNITS:
            self.refuse(400, f"by is one of {', '.join(UNITS)}")
        try:
            loop = asyncio.get_running_loop()
            rows = await loop.run_in_executor(None, _read, path, start, end, cast("Unit", unit))
        except (UserError, RunError) as error:
            self._report(str(error))
            self.refuse(503, "the history cannot be read now; the log says why")
        self._report("")
        if len(rows) > MAX_ROWS:
            self.refuse(400, f"more than {MAX_ROWS:,} rows: ask for less time, or by=day")
        self.answer({"by": unit, "from": _text(start), "to": _text(end), "rows": rows})

    def _report(self, problem: str) -> None:
        """Log what is wrong, unless it was the same at the last request; "" if nothing is."""
        if problem and problem != self.site.history_problem:
            log.warning("--web: GET /api/history: %s", problem)
        self.site.history_problem = problem

    def _span(self) -> tuple[datetime, datetime]:
        """Return from when to when is asked for."""
        try:
            start, end = one_day(self._time("from", moment), self._time("to", end_moment))
        except ValueError as error:
            self.refuse(400, f"from and to: {error}")
        if start >= end:
            self.refuse(400, "from is not before to")
        return start, end

    def _time(self, name: str, parse: Callable[[str], datetime]) -> datetime | None:
        """Return a time of the query, if it has this one."""
        # A plus that was not escaped is a space.
        text = self.get_query_argument(name, "").replace(" ", "+")
        return parse(text) if text else None


def _read(path: Path, start: datetime, end: datetime, unit: Unit) -> list[Line]:
    return [_row(total) for total in islice(read_totals(path, start, end, unit), MAX_ROWS + 1)]


def _row(total: Total) -> Line:
    return {
        "start": _text(total.start),
        "end": _text(total.end),
        "label": total.label,
        "seconds": round(total.seen.seconds, 1),
        "count": total.seen.count,
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
