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
from emotion_edge.installed.install import install, roll_back
from emotion_edge.installed.switch import InstallSettings
from emotion_edge.model.store.state import read_store
from emotion_edge.system.signals import interrupt_on_terminate
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
    check_configured(settings.configured)
    interrupt_on_terminate()
    if settings.file:
        lines = install(settings.file, settings.install, name=settings.name)
    else:
        lines = _roll_back(settings.install)
    yield from map(escape, lines)


def _roll_back(settings: InstallSettings) -> Iterator[str]:
    """Roll back, and let `update` not take the model again that was in use until now."""
    left = read_store(settings.models).in_use
    yield from roll_back(settings)
    if left and (settings.models / STATE).exists():
        now = read_store(settings.models).in_use
        Report(settings.models).rolled_back(left.sha256, now.sha256 if now else "")
        yield f"emotion-edge update will not take {left.name} again"


def check_configured(model: Path | None) -> None:
    """Raise UserError if the daemon's settings name a model, so that it would use no other."""
    if model:
        raise UserError(
            f"the settings name a model of their own: {model}",
            "remove the line `model = …`, in /etc/emotion-edge.toml, and restart the daemon",
        )
