"""A GPIO pin as an output, by gpiozero."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from emotion_edge.errors import RunError, UserError
from emotion_edge.util.installation import install_hint

APT = (
    "on Raspberry Pi OS: sudo apt install -y python3-gpiozero python3-lgpio, in a virtual "
    "environment made with --system-site-packages"
)
# What lgpio says, which has one class for all errors.
REMEDIES = {
    "busy": "another program uses it: name another pin, or end that program",
    "can not open gpiochip": "the user must be in the group gpio (docs/raspberry-pi.md)",
}


class OutputPin:
    """A pin of the board; low at first."""

    def __init__(self, name: str, device: Any) -> None:
        """name: for messages. device: gpiozero's `DigitalOutputDevice`."""
        self.name, self._device = name, device

    def set(self, high: bool) -> None:
        """Drive the pin high or low; raises RunError if that fails."""
        try:
            self._device.value = high
        except Exception as error:  # each of gpiozero's libraries has errors of its own
            raise RunError(f"--indicator {self.name}: cannot set the pin: {error}") from error


@contextmanager
def open_pin(name: str) -> Iterator[OutputPin]:
    """Open the pin that a name such as "GPIO17" means; at the end it becomes an input again.

    Raises UserError if gpiozero is missing, or there is no such pin or no access to it.
    """
    device = _open(name)
    try:
        yield OutputPin(name, device)
    finally:
        with suppress(Exception):  # nothing is left to do
            device.close()


def _open(name: str) -> Any:
    try:
        gpiozero = import_module("gpiozero")
    except ImportError:
        raise UserError(
            f"--indicator needs gpiozero: {APT}, or {install_hint('indicator')}"
        ) from None
    try:
        with _scratch_folder(), warnings.catch_warnings():
            warnings.simplefilter("ignore", gpiozero.GPIOZeroWarning)
            return gpiozero.DigitalOutputDevice(name)
    except gpiozero.PinInvalidPin:
        raise UserError(f"--indicator {name}: this board has no such pin", "see pinout") from None
    except gpiozero.BadPinFactory as error:
        raise UserError(f"--indicator {name}: no access to GPIO: {error}", APT) from None
    except Exception as error:  # see `OutputPin.set`
        remedies = (text for found, text in REMEDIES.items() if found in str(error).lower())
        raise UserError(f"--indicator {name}: {error}", next(remedies, "")) from None


@contextmanager
def _scratch_folder() -> Iterator[None]:
    """Give lgpio a folder for its pipe: it fails where it may not write, and changes there."""
    here = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
    try:
        with tempfile.TemporaryDirectory(prefix="emotion-edge-") as folder:
            os.environ.setdefault("LG_WD", folder)
            yield
    finally:
        os.fchdir(here)
        os.close(here)
