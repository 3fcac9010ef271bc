"""Install a model for the daemon, watch it there, and go back by itself if it does not work.

  sudo emotion-edge install-model better.tflite
  sudo emotion-edge install-model better.tflite --watch 0
  sudo emotion-edge install-model --rollback
  emotion-edge info

FILE is checked first: its digest, its contract, and its test picture on this device's runtime, in a
child process. If that goes wrong, nothing is changed. Then the daemon loads it, and is watched: it
must go on, without a restart, and stay about as quick. If it does not, the former model is in use
again, at once. After a power cut meanwhile, the daemon starts with the former model.

The settings of the daemon must not name a model of their own. It is found by what it says in
--run-dir, which the service does; without a daemon, its next start uses the model.

A taught head belongs to its model: of another model it is left out, and kept, until a rollback
brings both back. Exit codes: 0 installed, 1 it went back, or could not be installed now, 2 the file
is no model that works here, or the settings do not allow it.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from emotion_edge.errors import UserError, escape
from emotion_edge.installed.install import install
from emotion_edge.installed.switch import InstallSettings
from emotion_edge.installed.way_back import roll_back
from emotion_edge.model.store.state import name_of, read_store
from emotion_edge.system.signals import interrupt_on_terminate
from emotion_edge.updates.folder import disk_errors
from emotion_edge.updates.state import STATE, Report


@dataclass(frozen=True, kw_only=True)
class InstallModelSettings:
    """What the command was asked to do. configured: the model that the settings name, or None."""

    file: Path | None
    name: str
    rollback: bool
    configured: Path | None
    install: InstallSettings


def install_model(settings: InstallModelSettings) -> Generator[str, None, None]:
    """Yield what happens; raises what `install` and `roll_back` raise, UserError for the rest."""
    if settings.rollback == (settings.file is not None):
        raise UserError("give either a model's FILE or --rollback")
    if settings.name and not settings.name.strip():
        raise UserError("--name: it is blank", "give a name, or leave it out")
    check_configured(settings.configured)
    interrupt_on_terminate()
    if settings.file:
        lines = _install(settings.file, settings.name, settings.install)
    else:
        lines = _roll_back(settings.install)
    yield from to_the_end(lines)


def to_the_end(lines: Iterator[str]) -> Generator[str, None, None]:
    """Yield the lines of some work, which goes on if nobody reads them any more (`| head -1`)."""
    try:
        yield from map(escape, lines)
    except GeneratorExit as error:
        if not isinstance(error.__context__, KeyboardInterrupt):
            for _ in lines:
                pass
        raise


def _install(file: Path, name: str, settings: InstallSettings) -> Iterator[str]:
    yield from install(file, settings, name=name)
    _tell(settings.models)


def _roll_back(settings: InstallSettings) -> Iterator[str]:
    """Roll back, and let `update` not take the model again that was in use until now."""
    before = read_store(settings.models)
    left = before.trial or before.in_use  # a trial that was interrupted
    told = False
    try:
        yield from roll_back(settings)
    finally:  # also where the daemon does not follow
        if read_store(settings.models) != before:
            told = _tell(settings.models, left.sha256 if left else "")
    if told and left:
        yield f"emotion-edge update will not take {left.name} again"


def _tell(models: Path, left: str = "") -> bool:
    """Let `update` know what was done by hand, if it is used here; return whether it is.

    left: the SHA-256 of the model that is not wanted any more.
    """
    if not (models / STATE).exists():
        return False
    entry = read_store(models).in_use
    name = name_of(entry)
    with disk_errors(models, f"{name} is in use now, but emotion-edge update does not know it"):
        Report(models).installed_by_hand(name, entry.sha256 if entry else "", left)
    return True


def check_configured(model: Path | None) -> None:
    """Raise UserError if the daemon's settings name a model, so that it would use no other."""
    if model:
        raise UserError(
            f"the settings name a model of their own: {model}",
            "remove the line `model = …` in the settings, and restart the daemon",
        )
