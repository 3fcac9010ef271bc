"""What SQLite's errors mean to a user."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_edge.errors import RunError, UserError

MIN_FREE_BYTES = 65_536  # with less, SQLite cannot even begin
_AWAY = "move it away, and a new one is begun"


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what goes wrong with the file at `path` into a UserError or a RunError that says why."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: cannot use it: {error.strerror or error}") from None
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the second quotes a damaged table
        raise _explain(path, error) from None


def not_ours(path: Path) -> tuple[str, str]:
    """Return what is wrong with a file that is not a history, and what to do about it."""
    return f"{path}: it is not a history of emotion-edge", "name another file"


def _explain(path: Path, error: Exception) -> UserError | RunError:
    # Without a name, or of no particular kind: it lacks a column, or has a label that is no text.
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    if name.startswith("SQLITE_NOTADB"):
        return UserError(*not_ours(path))
    if name == "SQLITE_ERROR" or name.startswith("SQLITE_CORRUPT"):
        return UserError(f"{path}: it is damaged", _AWAY)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return RunError(f"{path}: another program has locked it")
    if problem := _disk_problem(path):
        return RunError(f"{path}: {problem}")
    if not all(os.access(each, os.R_OK | os.W_OK) for each in (path, path.parent)):
        return UserError(f"{path}: no permission to read and write it and its folder", "use sudo")
    return RunError(f"{path}: {error}")


def _disk_problem(path: Path) -> str | None:
    disk = os.statvfs(path.parent)
    if disk.f_flag & os.ST_RDONLY:
        return "the disk is read-only"
    if disk.f_bavail * disk.f_frsize < MIN_FREE_BYTES:
        return "the disk is full"
    return None
