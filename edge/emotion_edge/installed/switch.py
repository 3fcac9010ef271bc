"""The steps between two models: the state on the disk, the head, the daemon, and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
    read_store,
    take_back,
)
from emotion_edge.teaching.taught_file import model_of
from emotion_edge.util.atomic_write import UNFINISHED


@dataclass(frozen=True, kw_only=True)
class InstallSettings:
    """Where and how to install.

    models: the folder of installed models. run_dir: where the daemon says what it does. taught: the
    taught file that the daemon's settings name, or None. watch: seconds; 0 does not watch.
    """

    models: Path
    run_dir: Path
    taught: Path | None
    runtime: RuntimeSettings
    watch: float


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in words that a disk is full or cannot be written to: raises RunError for OSError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise RunError(f"{folder}: cannot write there: {reason}; the former model stays") from None


def turn(
    entry: Entry | None, former: Entry | None, daemon: Daemon, settings: InstallSettings
) -> list[str]:
    """Give the model its head, let the daemon load both, and return what there is to say of it.

    entry: the model that the state on the disk names by now, former: the one before; None is the
    shipped one. Raises RunError if the daemon belongs to another user.
    """
    text, is_other = _give_head(entry, former, settings)
    # The service sees a copy of its credentials from its start.
    is_copy = settings.taught is not None and settings.taught.is_relative_to(CREDENTIALS)
    if not (is_other and is_copy and daemon.restart()):
        daemon.reload()
    return [text] if text else []


def check_head(settings: InstallSettings) -> None:
    """Raise UserError if the settings name a taught file that no daemon would load."""
    if settings.taught:
        model_of(taught_source(settings.taught))


def _give_head(
    entry: Entry | None, former: Entry | None, settings: InstallSettings
) -> tuple[str, bool]:
    if settings.taught is None:
        return "", False
    taught = taught_source(settings.taught)
    try:
        model = read_model(file_of(settings.models, entry))
        with writing(settings.models):
            return put_head(settings.models, taught, model, _read(settings.models, former))
    except UserError as error:  # `check_head` has found it right, so somebody changes it now
        return f"the taught file stays as it is: {error}", False


def _read(models: Path, entry: Entry | None) -> Model | None:
    try:
        return read_model(file_of(models, entry))
    except UserError:
        return None


def go_back(
    state: Installed, trial: Entry, daemon: Daemon, uses: str, settings: InstallSettings
) -> str:
    """Use the former model again; return what is left to do, "" if it is in use.

    state: before the trial. uses: the SHA-256 of the model that the daemon used then, "" if none
    ran.
    """
    if trial.sha256 not in {each.sha256 for each in (state.in_use, state.before) if each}:
        (settings.models / trial.file).unlink(missing_ok=True)
    take_back(settings.models)
    turn(state.in_use, trial, daemon, settings)
    return bring_back(daemon, uses) if uses else ""


def settle(settings: InstallSettings) -> None:
    """Finish what a power cut has interrupted; the caller holds the lock."""
    state = read_store(settings.models)
    if state.trial is None:
        forget_former(settings.models)
        return
    daemon = Daemon(settings.run_dir)
    status = daemon.status()
    in_use = _read(settings.models, state.in_use)
    took_it = in_use and status and status.model == state.trial.sha256
    go_back(state, state.trial, daemon, in_use.sha256 if in_use and took_it else "", settings)


def clean_up(models: Path, state: Installed) -> None:
    """Remove the files of models that are neither in use nor were before, and their heads."""
    kept = {each.sha256 for each in state.entries}
    for path in models.glob("*.tflite"):
        if path.stem not in kept:
            path.unlink()
    for path in models.glob(f"{UNFINISHED}*"):
        if path.is_file():
            path.unlink()
    shipped = _read(models, None)
    forget_heads(models, kept | ({shipped.sha256} if shipped else set()))
