"""The steps between two models: the state on the disk, the daemon, the head, and the way back."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from emotion_edge.errors import RunError, UserError
from emotion_edge.installed.daemon import Daemon
from emotion_edge.installed.heads import CREDENTIALS, forget_heads, put_head, taught_source
from emotion_edge.installed.watch import bring_back
from emotion_edge.model.model_file import Model, read_model
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.store.state import (
    Entry,
    Installed,
    file_of,
    forget_former,
    name_of,
    read_store,
    take_back,
)
from emotion_edge.teaching.taught_file import model_of
from emotion_edge.util.atomic_write import UNFINISHED

log = logging.getLogger(__name__)
_OLD_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class InstallSettings:
    """Where and how to install.

    models: the folder of installed models. run_dir: where the daemon says what it does. taught: the
    taught file that the daemon's settings name, or None. watch: seconds; 0 does not watch.
    needs_daemon: install nothing that no daemon could be watched with.
    """

    models: Path
    run_dir: Path
    taught: Path | None
    runtime: RuntimeSettings
    watch: float
    needs_daemon: bool = False


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in words that a disk is full or cannot be written to: raises RunError for OSError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise RunError(f"{folder}: cannot write there: {reason}; the former model stays") from None


def check_head(settings: InstallSettings) -> None:
    """Raise UserError if the settings name a taught file that no daemon would load."""
    if settings.taught:
        model_of(taught_source(settings.taught))


def use_head(
    entry: Entry | None, former: Entry | None, daemon: Daemon, settings: InstallSettings
) -> Iterator[str]:
    """Give the model in use its taught head, and yield what that means.

    entry: the model in use, which the daemon has been told; None is the shipped one. former: the
    one before.
    """
    text, is_other = _give_head(entry, former, settings)
    if text:
        yield text
    if not is_other:
        return
    # The service sees a copy of its credentials from its start.
    is_copy = settings.taught is not None and settings.taught.is_relative_to(CREDENTIALS)
    if not (is_copy and daemon.restart()):
        daemon.reload()


def _give_head(
    entry: Entry | None, former: Entry | None, settings: InstallSettings
) -> tuple[str, bool]:
    if settings.taught is None:
        return "", False
    taught = taught_source(settings.taught)
    try:
        model = read_model(file_of(settings.models, entry))
        return put_head(settings.models, taught, model, read_installed(settings.models, former))
    except (UserError, RunError, OSError) as error:  # the model is right all the same
        return f"{taught}: it could not be made to fit the model: {error}", False


def read_installed(models: Path, entry: Entry | None) -> Model | None:
    """Return a model of the folder, None if its file cannot be read, or is not whole."""
    try:
        model = read_model(file_of(models, entry))
    except UserError:
        return None
    return model if entry is None or model.sha256 == entry.sha256 else None


def go_back(
    state: Installed, trial: Entry, daemon: Daemon, uses: str, settings: InstallSettings
) -> str:
    """Use the former model again; return what is left to do, "" if it is in use.

    state: before the trial. uses: the SHA-256 of the model that the daemon used then, "" if none
    ran. Raises RunError if the state cannot be written.
    """
    try:
        with writing(settings.models):
            if trial.sha256 not in {each.sha256 for each in (state.in_use, state.before) if each}:
                (settings.models / trial.file).unlink(missing_ok=True)
            take_back(settings.models, state)
    finally:
        daemon.reload()
    return bring_back(daemon, uses) if uses else ""


def settle(settings: InstallSettings) -> str:
    """Finish what a power cut has interrupted; the caller holds the lock.

    Returns what that was, "" if nothing.
    """
    state = read_store(settings.models)
    daemon = Daemon(settings.run_dir)
    status, in_use = daemon.status(), read_installed(settings.models, state.in_use)
    if state.trial is None:
        forget_former(settings.models)
        if state.exists:
            list(use_head(state.in_use, None, daemon, settings))
        if status and in_use and status.model != in_use.sha256 and not status.own_model:
            daemon.reload()  # it was not told any more
        return ""
    took_it = in_use and status and status.model == state.trial.sha256
    former = replace(state, trial=None, exists=bool(state.in_use or state.before))
    go_back(former, state.trial, daemon, in_use.sha256 if in_use and took_it else "", settings)
    return f"the trial of {name_of(state.trial)} was interrupted: {name_of(state.in_use)} is in use"


def clean_up(models: Path, state: Installed) -> None:
    """Remove the files of models that are neither in use nor were before, and their heads.

    What cannot be removed stays, because the model is installed by now.
    """
    with suppress(OSError):
        _clean_up(models, {each.sha256 for each in state.entries})


def _clean_up(models: Path, kept: set[str]) -> None:
    for path in models.iterdir():
        ours = re.fullmatch(r"([0-9a-f]{64})\.tflite", path.name)
        if (ours and ours[1] not in kept) or _is_left_over(path):
            path.unlink(missing_ok=True)
    shipped = read_installed(models, None)
    forget_heads(models, kept | ({shipped.sha256} if shipped else set()))


def _is_left_over(path: Path) -> bool:
    """Return whether a killed process has left a file; another may be at work on a new one."""
    if not path.name.startswith(UNFINISHED) or not path.is_file():
        return False
    return time.time() - path.stat().st_mtime > _OLD_S
