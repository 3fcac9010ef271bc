"""The history for those who ask for it: GET /api/history."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

from emotion_edge.output.history.query import Total, Unit, read_totals
from emotion_edge.output.json_lines import Line, dumps
from emotion_edge.output.web.worker import Worker

MAX_OPEN = 16  # requests that wait or are answered; each page asks for one at a time
MAX_ROWS = 20_000  # a day's minutes with some labels each; a year's hours with two


class GoneError(Exception):
    """Nobody waits for the answer any more."""


class TooManyRowsError(Exception):
    """The answer would have more than `MAX_ROWS`."""


@dataclass(frozen=True)
class Question:
    """What is asked for; start, end: with a time zone. gone: set when the client has left."""

    start: datetime
    end: datetime
    unit: Unit
    gone: Event


class HistoryReader:
    """Reads a history on a thread of its own. problem: why it could not be read last, or ""."""

    def __init__(self, path: Path) -> None:
        """path: of the history; it need not be there yet."""
        self._path, self.problem = path, ""
        self.worker = Worker("web-history", MAX_OPEN)

    def answer(self, question: Question) -> str:
        """Return the answer as JSON; on the worker's thread.

        Raises UserError or RunError if it cannot be read now, TooManyRowsError, GoneError.
        """

        def give_up() -> bool:
            return self.worker.breathe() or question.gone.is_set()

        rows: list[str] = []
        span = question.start, question.end
        with closing(read_totals(self._path, *span, question.unit, give_up)) as totals:
            for total in totals:
                if len(rows) == MAX_ROWS:
                    raise TooManyRowsError
                if give_up():
                    raise GoneError
                rows.append(dumps(_row(total)))  # each by itself: all at once would not breathe
        start, end = map(_text, span)
        head = dumps({"by": question.unit, "from": start, "to": end}).removesuffix("}")
        return f'{head}, "rows": [{", ".join(rows)}]}}'


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
