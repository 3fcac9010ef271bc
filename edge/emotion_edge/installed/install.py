"""Install a model: check it, switch to it by one rename, watch the daemon, go back if need be."""

import hashlib
import logging
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
    read_installed,
    settle,
    use_head,
    writing,
)
from emotion_edge.installed.watch import Pace, bring_back, measure_pace, watch
from emotion_edge.model import limits
from emotion_edge.model.model_file import read_model
from emotion_edge.model.runtime import RuntimeSettings, find_runtime
from emotion_edge.model.self_test import SelfTestError
from emotion_edge.model.store.lock import locked
from emotion_edge.model.store.state import (
    Entry,
    Installed,
    begin,
    forget_former,
    name_of,
    read_store,
    write_store,
)
from emotion_edge.model.trial import try_model
from emotion_edge.util.atomic_write import write_durably
from emotion_edge.util.regular_file import read_regular_file

log = logging.getLogger(__name__)
NO_DAEMON = "no daemon says what it does"


def install(file: Path, settings: InstallSettings, *, name: str = "") -> Iterator[str]:
    """Install a model's file and yield what happens. name: what people will call it.

    Raises RefusedModelError if the model does not work on this device: nothing was changed then;
    WentBackError if the daemon did not get on with it: the former model is in use again; RunError
    if it cannot be installed now; UserError if this user may not install.
    """
    with locked(settings.models):
        if settled := settle(settings):
            yield settled
        check_head(settings)
        entry, content = _check(file, settings.runtime, name.strip() or file.stem)
        state = read_store(settings.models)
        if state.in_use and state.in_use.sha256 == entry.sha256:
            yield from _repair(state.in_use, content, settings)
            return
        yield f"{entry.name}: whole, and passes its self-test here"
        yield from _switch(entry, content, state, settings)


def settle_trial(settings: InstallSettings) -> str:
    """Finish what a power cut has interrupted, and return what that was, "" if nothing.

    Raises what `install` raises.
    """
    with locked(settings.models):
        return settle(settings)


def _check(file: Path, runtime: RuntimeSettings, name: str) -> tuple[Entry, bytes]:
    """Return the model and its file's content; raises RefusedModelError, UserError or OSError."""
    if not limits.is_text(name):
        raise UserError(f"{name!r} is no name for a model", "give a short --name")
    find_runtime(runtime.runtime)  # without one, no model is to blame
    try:
        content = read_regular_file(file, limits.MAX_FILE)
        model = read_model(file)
        if hashlib.sha256(content).hexdigest() != model.sha256:
            raise UserError(f"{file}: somebody changed it meanwhile", "try again")
    except OSError as error:
        raise UserError(f"{file}: cannot read the model: {error.strerror}") from None
    except UserError as error:
        raise RefusedModelError(error.found, error.remedy) from None
    try:
        try_model(model, runtime)
    except (SelfTestError, RunError) as error:
        raise RefusedModelError(error.found, error.remedy) from None
    except UserError as error:  # it crashed, or took too long
        raise RefusedModelError(error.found, error.remedy, certain=False) from None
    return Entry(name, model.sha256, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"), content


def _repair(entry: Entry, content: bytes, settings: InstallSettings) -> Iterator[str]:
    """Write the file of the model in use again if it is not what it was."""
    if read_installed(settings.models, entry):
        yield f"{entry.name} is in use already"
        return
    with writing(settings.models):
        write_durably(settings.models / entry.file, content)
    Daemon(settings.run_dir).reload()
    yield f"{entry.name} is in use already; its file was damaged, and is whole again"


def _switch(
    entry: Entry, content: bytes, state: Installed, settings: InstallSettings
) -> Iterator[str]:
    daemon = Daemon(settings.run_dir)
    pace = _look_at(daemon, settings)
    status = daemon.status()
    following = Installed(in_use=entry, before=state.in_use, exists=True)
    trial = replace(state, trial=entry, exists=True)
    with writing(settings.models):
        write_durably(settings.models / entry.file, content)
    try:
        with writing(settings.models):
            begin(settings.models, trial if pace else following)
        daemon.kill() if pace and pace.hangs else daemon.reload()
        if pace:
            yield from watch(daemon, entry.sha256, pace, settings.watch)
            with writing(settings.models):
                write_store(settings.models, following)
    except BaseException as error:
        if not isinstance(error, WentBackError):
            log.warning("going back to %s", name_of(state.in_use))
        left = go_back(state, entry, daemon, status.model if status else "", settings)
        if isinstance(error, WentBackError):
            raise error.explained(f"{name_of(state.in_use)} is in use again", left) from None
        raise
    forget_former(settings.models)
    yield from use_head(entry, state.in_use, daemon, settings)
    if pace and (left := bring_back(daemon, entry.sha256)):
        yield left
    clean_up(settings.models, following)
    if not status:
        yield f"{NO_DAEMON}, so nothing is watched: its next start uses the model"
    yield f"{entry.name} is in use; {name_of(state.in_use)} was before"


def _look_at(daemon: Daemon, settings: InstallSettings) -> Pace | None:
    """Return how the daemon does, None if it is not to be watched, or does not run.

    Raises RunError if it must run, or would load no other model, or shows nothing.
    """
    status = daemon.status()
    if status and status.own_model:
        raise RunError(
            "the daemon was started with a model of its own, and would load no other",
            "restart it without --model",
        )
    if settings.watch and settings.needs_daemon and not status:
        raise RunError(f"{NO_DAEMON}, so nobody could tell whether the model works", "start it")
    return measure_pace(daemon) if settings.watch and status else None
