"""`teach --forget`: remove a taught file, and the copies that were kept beside models."""

import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

from emotion_edge.errors import UserError, escape
from emotion_edge.installed.heads import kept_heads
from emotion_edge.model.store.state import HEADS
from emotion_edge.teaching.taught_target import is_taught

log = logging.getLogger(__name__)


def forget_taught(path: Path, models: Path) -> Generator[str, None, None]:
    """Remove a taught file and all copies in the folder of models, and yield what was done.

    Raises UserError if there is nothing to remove, and OSError if it cannot be removed.
    """
    there = os.access(models / HEADS, os.X_OK) and bool(kept_heads(models))
    if not path.exists() and not there:
        raise UserError(f"{path}: no such file", "name it by --to")
    if path.exists():
        if not path.is_file() or not is_taught(path):
            raise UserError(f"{path}: not a taught file, so it is not removed")
        path.resolve().unlink()
        path.unlink(missing_ok=True)  # it was a link
        yield f"removed: {escape(str(path))}; a program that runs with it keeps it until its end"
    yield from _forget_copies(models)


def _forget_copies(models: Path) -> Iterator[str]:
    if (models / HEADS).exists() and not os.access(models / HEADS, os.X_OK | os.W_OK):
        log.warning("%s: copies may be there; remove them by sudo", models / HEADS)
        return
    for copy in kept_heads(models):
        copy.unlink()
        yield f"removed: {escape(str(copy))}"
