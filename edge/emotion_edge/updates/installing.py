"""The device that is updated, and what an update needs of its `emotion_edge.installed`."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from emotion_edge import __version__
from emotion_edge.errors import RunError
from emotion_edge.system.device import device_digest
from emotion_edge.updates.fetcher import Pace


class UnfitError(RunError):
    """A release does not work on this device.

    certain: False if that may be chance, such as an SD card that hangs for a moment.
    """

    def __init__(self, found: str, *, certain: bool = True) -> None:
        """Say why."""
        super().__init__(found)
        self.certain = certain


class InUse(NamedTuple):
    """The model in use.

    sha256: of its file; None for the one that comes with the program, and for one whose file is
    damaged or missing.
    """

    name: str
    sha256: str | None
    is_damaged: bool = False


class Installer(Protocol):
    """Knows the model in use, and installs another."""

    def in_use(self) -> InUse:
        """Return the model in use."""

    def install(self, file: Path, name: str) -> Iterator[str]:
        """Install a model, and yield lines on it.

        Raises UnfitError if it does not work here, RunError if something else is wrong. Then the
        former model is in use.
        """

    def settle(self) -> str:
        """Finish what a power cut has interrupted; return what that was, "" if nothing."""

    def leave(self, avoid: Collection[str]) -> Iterator[str]:
        """Use the model before, or the one that comes with the program, and yield lines on it.

        avoid: the SHA-256 of models that are not to be used. Raises RunError or UserError.
        """


@dataclass(frozen=True, kw_only=True)
class Device:
    """What is updated.

    models: the folder of installed models. installer: of them. id: decides whether a release that
    only some devices get is for this one; nobody else hears it. version: of this program. pace: how
    slow a server may be.
    """

    models: Path
    installer: Installer
    id: str = field(default_factory=lambda: device_digest("model updates"))
    version: str = __version__
    pace: Pace = field(default_factory=Pace)
