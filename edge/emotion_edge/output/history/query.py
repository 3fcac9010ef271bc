"""Read a history: totals of each minute, hour or day of local time."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

from emotion_edge.output.history.database import opened
from emotion_edge.pipeline.label_times import Seen, add_up

Unit = Literal["minute", "hour", "day"]
# All time zones are ahead of UTC by a multiple of a quarter of an hour.
_QUARTER_S = 900
_STEPS = 2000  # of SQLite's virtual machine, far less than a frame takes
# Values of the wrong type or size, which a damaged file may have, are passed over.
_SELECT = """
    SELECT start / :block * :block AS begin, max(start + span), label, total(seconds), total(count)
    FROM labels
    WHERE start >= :first AND start < :last AND start BETWEEN 0 AND 250000000000
        AND span BETWEEN 1 AND 31536000 AND typeof(label) = 'text'
    GROUP BY begin, label ORDER BY begin, label
"""


@dataclass(frozen=True, kw_only=True)
class Total:
    """What was seen of a label from `start` to `end`, in local time with its distance from UTC."""

    start: datetime
    end: datetime
    label: str
    seen: Seen


class _Block(NamedTuple):
    """Totals of a label in a minute or a quarter of an hour; begin, end: Unix time."""

    begin: int
    end: int
    label: str
    seconds: float
    faces: float


def read_totals(
    path: Path,
    start: datetime,
    end: datetime,
    unit: Unit,
    give_up: Callable[[], bool] | None = None,
) -> Generator[Total, None, None]:
    """Yield what was seen of each label in each minute, hour or day, in order of time.

    start, end: with a time zone; rows that begin then or later, and before then. A period of
    --aggregate belongs to the minute, hour or day in which it begins, and may make that longer.
    give_up: SQLite calls it often while it works; True ends the work by a RunError.
    Raises UserError or RunError as `database.opened`.
    """
    values = {
        "block": 60 if unit == "minute" else _QUARTER_S,
        "first": start.timestamp(),
        "last": end.timestamp(),
    }
    with opened(path) as database:
        database.set_progress_handler(give_up, _STEPS)
        blocks = map(_Block._make, database.execute(_SELECT, values))
        for begin, group in groupby(blocks, lambda block: _begin(block.begin, unit)):
            yield from _totals(begin, unit, list(group))


def _totals(begin: datetime, unit: Unit, blocks: list[_Block]) -> Iterator[Total]:
    end = max(_end(begin, unit), *(_local(block.end) for block in blocks))
    totals: dict[str, Seen] = {}
    for block in blocks:
        add_up(totals, {block.label: Seen(block.seconds, int(block.faces))})
    for label, seen in sorted(totals.items()):
        yield Total(start=begin, end=end, label=label, seen=seen)


def _begin(seconds: int, unit: Unit) -> datetime:
    """Return when the minute, hour or day began in which a Unix time is."""
    moment = _local(seconds)
    if unit == "day":
        return datetime.combine(moment, time.min).astimezone()
    # Not by replacing the minute, because an hour may come twice.
    return moment - timedelta(minutes=moment.minute if unit == "hour" else 0)


def _end(begin: datetime, unit: Unit) -> datetime:
    if unit == "day":  # which may have 23 or 25 hours
        return datetime.combine(begin + timedelta(days=1), time.min).astimezone()
    return (begin + timedelta(hours=unit == "hour", minutes=unit == "minute")).astimezone()


def _local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()
