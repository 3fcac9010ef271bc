"""Checks of the history's file: `emotion-edge doctor`."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from emotion_edge.commands.doctor.finding import Finding
from emotion_edge.errors import UserError
from emotion_edge.output.history.database import opened

_LATEST = "SELECT count(*), datetime(max(start + span), 'unixepoch') FROM labels"


def history(path: Path | None) -> Iterator[Finding]:
    """Check that the file can be written and, if there is one, read; without a path do nothing.

    Raises UserError or RunError as `database.opened`. The file is not made.
    """
    if path is None:
        return
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UserError(f"{path}: there is no folder {folder}", f"mkdir -p {folder}")
    _check_takes_files(path, folder)
    if not path.exists() or not path.stat().st_size:
        yield Finding("history", "ok", f"{path}: run will begin it")
        return
    if not os.access(path, os.W_OK):
        raise UserError(f"{path}: it cannot be written to", f"chmod u+w {path}")
    with opened(path) as database, closing(database.execute(_LATEST)) as rows:
        count, latest = rows.fetchone()
    found = f"{count} rows, the last until {latest} UTC" if count else "no rows yet"
    yield Finding("history", "ok", f"{path}: {found}")


def _check_takes_files(path: Path, folder: Path) -> None:
    """Make a file in a folder and remove it: SQLite writes two more beside its own."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:  # permissions do not tell everything: root has them all, even on /proc
        problem = f"{path}: {folder} cannot be written to"
        raise UserError(problem, "name a file in another folder") from None
