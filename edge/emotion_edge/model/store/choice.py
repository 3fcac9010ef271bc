"""Which of the installed models a daemon uses."""

import logging
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.model.store.lock import is_locked
from emotion_edge.model.store.state import Entry, Installed, file_of, read_store

log = logging.getLogger(__name__)


def candidates(folder: Path) -> list[Path]:
    """Return the files that a daemon may use, best first; the last is what the program brings.

    Logs a warning if the state cannot be read.
    """
    try:
        state = read_store(folder)
    except UserError as error:
        log.warning("%s", error)
        return [SHIPPED]
    before = state.before if state.in_use else None  # None in use: the shipped one was chosen
    first = _chosen(folder, state)
    paths = [file_of(folder, each) for each in (first, state.in_use, before, None)]
    return list(dict.fromkeys(paths))


def chosen(folder: Path) -> Entry | None:
    """Return the model on trial or else that in use; None is the shipped one. Raises UserError."""
    return _chosen(folder, read_store(folder))


def _chosen(folder: Path, state: Installed) -> Entry | None:
    return state.trial if state.trial and is_locked(folder) else state.in_use


def is_on_trial(folder: Path) -> bool:
    """Return whether a model is on trial now."""
    try:
        return read_store(folder).trial is not None and is_locked(folder)
    except UserError:
        return False
