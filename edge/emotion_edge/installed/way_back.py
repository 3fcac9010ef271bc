"""Use a former model again, because somebody wants to, or because the one in use is withdrawn."""

from collections.abc import Collection, Iterator

from emotion_edge.errors import RunError, UserError
from emotion_edge.installed import switch
from emotion_edge.installed.daemon import Daemon
from emotion_edge.installed.watch import bring_back
from emotion_edge.model.model_file import read_model
from emotion_edge.model.store.lock import locked
from emotion_edge.model.store.state import (
    Entry,
    Installed,
    file_of,
    name_of,
    read_store,
    write_store,
)
from emotion_edge.model.trial import try_model


def roll_back(settings: switch.InstallSettings) -> Iterator[str]:
    """Use the model that was in use before, and yield what happens.

    After an interrupted trial, that is the one before the trial. Raises UserError if there is none,
    RunError if it cannot be used.
    """
    with locked(settings.models):
        if settled := switch.settle(settings):
            yield settled
            return
        switch.check_head(settings)
        state = read_store(settings.models)
        if not (state.in_use or state.before):
            raise UserError(f"{settings.models}: no model was in use before")
        yield from _use(state.before, state, settings)


def leave(settings: switch.InstallSettings, avoid: Collection[str]) -> Iterator[str]:
    """Use the model before, or else the shipped one, and yield what happens.

    avoid: the SHA-256 of models that are not to be used. The daemon is not watched, because the
    model in use may be the one that stalls it. Raises what `roll_back` raises.
    """
    with locked(settings.models):
        if settled := switch.settle(settings):
            yield settled
        switch.check_head(settings)
        state = read_store(settings.models)
        before = state.before if state.before and state.before.sha256 not in avoid else None
        usable = before if switch.read_installed(settings.models, before) else None
        yield from _use(usable, state, settings)


def _use(entry: Entry | None, state: Installed, settings: switch.InstallSettings) -> Iterator[str]:
    try:
        model = read_model(file_of(settings.models, entry))
        try_model(model, settings.runtime)
    except (UserError, RunError) as error:
        raise UserError(f"cannot go back to {name_of(entry)}: {error}") from None
    daemon = Daemon(settings.run_dir)
    with switch.writing(settings.models):
        write_store(settings.models, Installed(in_use=entry, before=state.in_use, exists=True))
    daemon.reload()
    yield from switch.use_head(entry, state.in_use, daemon, settings)
    if daemon.status() and (left := bring_back(daemon, model.sha256)):
        raise RunError(f"{name_of(entry)} is to be used now", left)
    yield f"{name_of(entry)} is in use; {name_of(state.in_use)} was before"
