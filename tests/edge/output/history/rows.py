"""Rows of a history, and what a file of it holds."""

import sqlite3
from contextlib import closing
from pathlib import Path

from emotion_edge.output.history.database import Row
from emotion_edge.pipeline.label_times import Seen

MINUTE = 1_800_000_000  # the beginning of one, in January 2027


def row(label: str = "happy", minute: int = 0, seconds: float = 2.5, **values: int) -> Row:
    """Return a row of the minute so many after `MINUTE`; values: span and count."""
    count = values.get("count", 20)
    return Row(MINUTE + 60 * minute, values.get("span", 60), label, Seen(seconds, count))


def rows_of(path: Path) -> list[tuple]:
    """Return the rows of a file in order, as SQLite itself reads them."""
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return database.execute("SELECT * FROM labels ORDER BY start, label").fetchall()


def totals_of(path: Path) -> dict[str, tuple[float, int]]:
    """Return seconds and count of each label in a file."""
    found = {}
    for _, _, label, seconds, count in rows_of(path):
        before = found.get(label, (0, 0))
        found[label] = (before[0] + seconds, before[1] + count)
    return found
