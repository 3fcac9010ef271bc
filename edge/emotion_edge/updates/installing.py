"""What an update needs of `emotion_edge.installed`, the models of this device."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from emotion_edge.errors import RunError


class UnfitError(RunError):
    """A release does not work on this device, and is not to be taken again."""


class InUse(NamedTuple):
    """The model in use. sha256: of its file; None for the one that comes with the program."""

    name: str
    sha256: str | None


class Installer(Protocol):
    """Knows the model in use, and installs another."""

    def in_use(self) -> InUse:
        """Return the model in use."""

    def install(self, file: Path, name: str) -> Iterator[str]:
        """Install a model, and yield lines on it.

        Raises UnfitError if it does not work here, RunError if something else is wrong. Then the
        former model is in use.
        """
