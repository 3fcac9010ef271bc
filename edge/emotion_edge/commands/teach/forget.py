"""`teach --forget`: remove a taught file."""

from collections.abc import Generator
from pathlib import Path

from emotion_edge.errors import UserError, escape
from emotion_edge.teaching.taught_target import is_taught


def forget_taught(path: Path) -> Generator[str, None, None]:
    """Remove a taught file, and yield what was done.

    Raises UserError if it is none, and OSError if it cannot be removed.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file", "name it by --to")
    if not path.is_file() or not is_taught(path):
        raise UserError(f"{path}: not a taught file, so it is not removed")
    path.resolve().unlink()
    path.unlink(missing_ok=True)  # it was a link
    yield f"removed: {escape(str(path))}; a program that runs with it keeps it until its end"
