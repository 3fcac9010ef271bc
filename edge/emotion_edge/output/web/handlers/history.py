"""GET /api/history: how long and how often each label was seen."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import cast

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.history.query import Unit
from emotion_edge.output.history.times import end_moment, moment, one_day
from emotion_edge.output.web.handlers.base import JSON
from emotion_edge.output.web.handlers.daemon import DaemonHandler
from emotion_edge.output.web.history_reader import (
    MAX_ROWS,
    GoneError,
    HistoryReader,
    Question,
    TooManyRowsError,
)
from emotion_edge.output.web.worker import BusyError

ANSWER_S = 60.0  # for a client to take its answer, which may have megabytes
UNITS = ("minute", "hour", "day")
log = logging.getLogger(__name__)


class HistoryHandler(DaemonHandler):
    """Has the history read on another thread: it may take seconds."""

    def initialize(self) -> None:
        """Begin with a client that is there."""
        self._gone = Event()

    def on_connection_close(self) -> None:
        """End what is being read for this client."""
        super().on_connection_close()
        self._gone.set()

    async def get(self) -> None:
        """Answer with a row for each label in each minute, hour or day."""
        history = self.site.history
        if history is None:
            self.refuse(404, "there is no history; run with --history FILE")
        question = Question(*self._span(), self._unit(), self._gone)
        try:
            with history.worker.place():  # which it has while its answer takes memory
                await self.hand_over(await self._read(history, question), JSON, ANSWER_S)
        except BusyError:
            self.refuse(503, "others ask for it; try again later", {"Retry-After": "5"})
        except GoneError:
            return

    async def _read(self, history: HistoryReader, question: Question) -> str:
        """Return the answer; raises GoneError if the client is."""
        try:
            answer = await asyncio.wrap_future(history.worker.submit(history.answer, question))
        except TooManyRowsError:
            self.refuse(400, f"more than {MAX_ROWS:,} rows: ask for less time, or by=day")
        except (UserError, RunError) as error:
            if self._gone.is_set():  # which ends SQLite's work by an error
                raise GoneError from None
            self._report(history, str(error))
            self.refuse(503, "the history cannot be read now; the log says why")
        self._report(history, "")
        return answer

    def _report(self, history: HistoryReader, problem: str) -> None:
        """Log what is wrong, unless it was the same at the last request; "" if nothing is."""
        if problem and problem != history.problem:
            log.warning("--web: GET /api/history: %s", problem)
        history.problem = problem

    def _unit(self) -> Unit:
        unit = self.get_query_argument("by", "hour")
        if unit not in UNITS:
            self.refuse(400, f"by is one of {', '.join(UNITS)}")
        return cast("Unit", unit)

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
