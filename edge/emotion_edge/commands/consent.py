"""Ask whether everybody in view has agreed: on the terminal, or on a page as well."""

import os
import select
from pathlib import Path
from threading import Event
from typing import BinaryIO, Protocol

from emotion_edge.errors import RunError, UserError

TERMINAL = Path("/dev/tty")
_QUESTION = "Has everybody in view agreed? Type yes to begin: "
_ON_THE_PAGE = "\nanswered on the page\n"
_LOOK_S = 0.2  # between two looks at the other place where one may answer


class NoConsentError(UserError):
    """Somebody in view has not agreed."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("no consent: no picture was taken")


class Asking(Protocol):
    """Another place that asks."""

    @property
    def agreed(self) -> bool | None:
        """What was answered there; None until somebody does."""


def ask_for_consent(command: str, what: str, elsewhere: str = "") -> None:
    """Ask on the terminal, whatever stdin and stdout are.

    command: its name. what: lines that say what is going to happen. elsewhere: where else one may
    be asked. Raises NoConsentError without a yes, and UserError without a terminal.
    """
    try:
        with TERMINAL.open("r+b", buffering=0) as terminal:
            _ask(terminal, what)
            agreed = _answer(terminal)
    except OSError:
        raise UserError(
            f"{command} asks for consent on a terminal, and there is none", elsewhere
        ) from None
    _check(agreed)


def ask_here_and_there(what: str, there: Asking, stop: Event) -> None:
    """Ask on the terminal, if there is one, and at another place, and take the first answer.

    Raises NoConsentError without a yes, and RunError if `stop` is set before.
    """
    try:
        with TERMINAL.open("r+b", buffering=0) as terminal:
            agreed = _first_answer(terminal, what, there, stop)
    except OSError:
        agreed = None
    while agreed is None and not stop.wait(_LOOK_S):
        agreed = there.agreed
    if stop.is_set():
        raise RunError("stopped: nothing is written")
    _check(agreed)


def _first_answer(terminal: BinaryIO, what: str, there: Asking, stop: Event) -> bool | None:
    _ask(terminal, what)
    while there.agreed is None and not stop.is_set():
        if select.select([terminal], [], [], _LOOK_S)[0]:
            return _answer(terminal)
    if there.agreed is not None:
        terminal.write(_ON_THE_PAGE.encode())
    return there.agreed


def _ask(terminal: BinaryIO, what: str) -> None:
    terminal.write(f"{what}\n{_QUESTION}".encode(errors="backslashreplace"))


def _answer(terminal: BinaryIO) -> bool:
    return terminal.readline().decode(errors="replace").strip().lower() == "yes"


def _check(agreed: bool | None) -> None:
    if not agreed:
        raise NoConsentError


def has_terminal() -> bool:
    """Tell whether there is a terminal, whatever stdin and stdout are."""
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_CLOEXEC))
    except OSError:
        return False
    return True
