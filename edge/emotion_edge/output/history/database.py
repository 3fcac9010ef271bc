"""The file of a history: a database of SQLite that is open only while it is written or read.

Nothing of it is open between two writes, so it can be copied, moved or removed at any time. Each
write is one transaction that is on the disk before it counts (WAL, synchronous=FULL): a power cut
leaves all of it or nothing.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from emotion_edge.errors import UserError
from emotion_edge.output.history.problems import explained, not_ours
from emotion_edge.pipeline.label_times import Seen
from emotion_edge.util.regular_file import check_regular

APPLICATION_ID, VERSION = 0x656D6F74, 1  # "emot"; the version of the table below
BUSY_S = 1.0  # to wait for another program that writes to the file
_TABLE = f"""
    CREATE TABLE labels (
        start INTEGER NOT NULL, span INTEGER NOT NULL, label TEXT NOT NULL,
        seconds REAL NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (start, span, label)
    ) WITHOUT ROWID;
    PRAGMA application_id = {APPLICATION_ID};
    PRAGMA user_version = {VERSION};
"""
_ADD = """
    INSERT INTO labels VALUES (?, ?, ?, ?, ?) ON CONFLICT (start, span, label) DO UPDATE
    SET seconds = seconds + excluded.seconds, count = count + excluded.count
"""


class Row(NamedTuple):
    """What was seen of a label in a minute, or in a period of --aggregate.

    start: Unix time. span: the length in seconds.
    """

    start: int
    span: int
    label: str
    seen: Seen


def add_rows(path: Path, rows: Iterable[Row], kept: tuple[float, float] | None = None) -> None:
    """Add rows to a history in one transaction; make the file, for its owner alone, if it is none.

    Rows of the same time and label are added up. kept: remove all before the first Unix time and
    from the second on. Raises UserError if the file is not a history, RunError if it cannot be
    written now; it is unchanged then.
    """
    with explained(path):
        _make(path)
        with closing(_connect(path, "rw")) as database:
            _check(path, database)  # before anything of somebody else's is changed
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA secure_delete = ON")  # removed rows leave no trace in the file
            database.execute("BEGIN IMMEDIATE")
            if not _check(path, database):
                _create(database)
            values = ((*row[:3], row.seen.seconds, row.seen.count) for row in rows)
            database.executemany(_ADD, values)
            if kept:
                database.execute("DELETE FROM labels WHERE start < ? OR start >= ?", kept)
            database.execute("COMMIT")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a history to read it, also while it is written.

    Raises UserError if there is none, RunError if it cannot be read now.
    """
    with explained(path):
        check_regular(path.stat())
        with closing(_connect(path, _read_mode(path))) as database:
            database.execute("PRAGMA query_only = ON")
            database.execute("PRAGMA temp_store = MEMORY")
            if not _check(path, database):
                raise UserError(f"{path}: there is nothing in it yet")
            yield database


def _make(path: Path) -> None:
    with suppress(FileNotFoundError):
        check_regular(path.stat())  # SQLite would wait for the other end of a pipe
        return
    # SQLite would let others read it. Its two files beside this one get the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None)


def _read_mode(path: Path) -> str:
    """Return how to open a history to read it: SQLite wants to write a file beside it."""
    if not os.statvfs(path).f_flag & os.ST_RDONLY:
        return "rw"
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise UserError(
            f"{path}: its newest part is in {log.name}, which a read-only disk does not let SQLite "
            "take over",
            "copy both files to another disk, and read the copy",
        )
    return "ro&immutable=1"


def _check(path: Path, database: sqlite3.Connection) -> bool:
    """Return whether this is a history, False if it is empty; raise UserError if it is another."""
    tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    mark, version = _pragma(database, "application_id"), _pragma(database, "user_version")
    if not tables and not mark:
        return False
    if mark != APPLICATION_ID:
        raise UserError(*not_ours(path))
    if version != VERSION:
        raise UserError(
            f"{path}: a history of version {version}, but this emotion-edge knows {VERSION}",
            "upgrade emotion-edge, or name another file",
        )
    return True


def _create(database: sqlite3.Connection) -> None:
    for statement in _TABLE.split(";"):
        database.execute(statement)


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])
