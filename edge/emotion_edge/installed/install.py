"""Install a model: check it, switch to it by one rename, watch the daemon, go back if need be."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from emotion_edge.errors import RunError, UserError
from emotion_edge.installed.daemon import Daemon
from emotion_edge.installed.problems import RefusedModelError, WentBackError
from emotion_edge.installed.switch import (
    InstallSettings,
    check_head,
    clean_up,
    go_back,
    settle,
    turn,
    writing,
)
from emotion_edge.installed.watch import bring_back, measure_pace, watch
from emotion_edge.model import limits
from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.store.lock import locked
from emotion_edge.model.store.state import (
    Entry,
    Installed,
    begin,
    file_of,
    forget_former,
    name_of,
    read_store,
    write_store,
)
from emotion_edge.model.trial import try_model
from emotion_edge.util.atomic_write import write_durably
from emotion_edge.util.regular_file import read_regular_file


def install(file: Path, settings: InstallSettings, *, name: str = "") -> Iterator[str]:
    """Install a model's file and yield what happens. name: what people will call it.

    Raises RefusedModelError if the model does not work on this device: nothing was changed then;
    WentBackError if the daemon did not get on with it: the former model is in use again; RunError
    if it cannot be installed now; UserError if this user may not install.
    """
    with locked(settings.models):
        settle(settings)
        check_head(settings)
        entry, content = _check(file, settings.runtime, name or file.stem)
        state = read_store(settings.models)
        if state.in_use and state.in_use.sha256 == entry.sha256:
            yield f"{state.in_use.name} is in use already"
            return
        yield f"{entry.name}: whole, and passes its self-test here"
        yield from _switch(entry, content, state, settings)


def _check(file: Path, runtime: RuntimeSettings, name: str) -> tuple[Entry, bytes]:
    """Return the model and its file's content; raises RefusedModelError."""
    if not limits.is_text(name):
        raise UserError(f"{name!r} is no name for a model", "give a short --name")
    try:
        model = read_model(file)
        content = read_regular_file(file, limits.MAX_FILE)
        if hashlib.sha256(content).hexdigest() != model.sha256:
            raise UserError(f"{file}: somebody changed it meanwhile", "try again")
        try_model(model, runtime)
    except UserError as error:
        raise RefusedModelError(error.found, error.remedy) from None
    return Entry(name, model.sha256, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"), content


def _switch(
    entry: Entry, content: bytes, state: Installed, settings: InstallSettings
) -> Iterator[str]:
    daemon = Daemon(settings.run_dir)
    status = daemon.status()
    pace = measure_pace(daemon) if settings.watch and status else None
    following = Installed(in_use=entry, before=state.in_use, exists=True)
    trial = replace(state, trial=entry, exists=True)
    with writing(settings.models):
        write_durably(settings.models / entry.file, content)
    try:
        with writing(settings.models):
            begin(settings.models, trial if pace else following)
        yield from turn(entry, state.in_use, daemon, settings)
        if pace:
            yield from watch(daemon, entry.sha256, pace, settings.watch)
            with writing(settings.models):
                write_store(settings.models, following)
    except BaseException as error:
        left = go_back(state, entry, daemon, status.model if status else "", settings)
        if isinstance(error, WentBackError):
            raise error.explained(f"{name_of(state.in_use)} is in use again", left) from None
        raise
    forget_former(settings.models)
    clean_up(settings.models, following)
    if not status:
        yield "no daemon says what it does, so nothing is watched: its next start uses the model"
    yield f"{entry.name} is in use; {name_of(state.in_use)} was before"


def roll_back(settings: InstallSettings) -> Iterator[str]:
    """Use the model that was in use before, and yield what happens.

    Raises UserError if there is none, RunError if it cannot be used.
    """
    with locked(settings.models):
        settle(settings)
        check_head(settings)
        state = read_store(settings.models)
        if not (state.in_use or state.before):
            raise UserError(f"{settings.models}: no model was in use before")
        try:
            model = read_model(file_of(settings.models, state.before))
            try_model(model, settings.runtime)
        except UserError as error:
            raise UserError(f"cannot go back to {name_of(state.before)}: {error}") from None
        daemon = Daemon(settings.run_dir)
        following = Installed(in_use=state.before, before=state.in_use, exists=True)
        with writing(settings.models):
            write_store(settings.models, following)
        yield from turn(state.before, state.in_use, daemon, settings)
        if daemon.status() and (left := bring_back(daemon, model.sha256)):
            raise RunError(left)
        yield f"{name_of(state.before)} is in use; {name_of(state.in_use)} was before"
