"""The terminal of `teach`: a few lines that are drawn again and again, and keys."""

import os
import select
import signal
import termios
import tty
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import BinaryIO

from emotion_edge.commands.consent import TERMINAL
from emotion_edge.errors import UserError

_UP, _TO_END_OF_LINE, _TO_END = "\x1b[{}F", "\x1b[K", "\x1b[J"
_COLUMNS = 80  # of a terminal that does not say it
_COLOURS = ("truecolor", "24bit")  # values of COLORTERM


class Screen:
    """Lines at the bottom of a terminal. A terminal that cannot move its cursor gets new lines.

    has_colours: whether it is known to have 24-bit colours.
    """

    def __init__(self, terminal: BinaryIO) -> None:
        """terminal: opened for reading and writing, unbuffered."""
        self._terminal = terminal
        self._moves = os.environ.get("TERM", "dumb") != "dumb"
        self._shown: Sequence[str] = ()
        self.has_colours = self._moves and os.environ.get("COLORTERM") in _COLOURS

    @property
    def columns(self) -> int:
        """Characters in a line."""
        return os.get_terminal_size(self._terminal.fileno()).columns or _COLUMNS

    def show(self, lines: Sequence[str]) -> None:
        """Show lines in place of the last ones. A line that is too long would break the drawing."""
        columns = self.columns
        lines = [line if line.startswith("\x1b") else _cut(line, columns - 1) for line in lines]
        if lines == self._shown:
            return
        if self._moves:
            up = _UP.format(len(self._shown)) if self._shown else ""
            text = up + "".join(f"{line}{_TO_END_OF_LINE}\n" for line in lines) + _TO_END
        else:
            text = "".join(f"{line}\n" for line in lines if line not in self._shown)
        self._shown = lines
        self._write(text)

    def _write(self, text: str) -> None:
        data = text.encode(errors="backslashreplace")
        while data:
            data = data[self._terminal.write(data) :]

    def next_keys(self, seconds: float) -> str:
        """Wait for keys, not longer than `seconds`; return them in small letters, "" without."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return ""
        return self._terminal.read(100).decode(errors="replace").lower()

    def read_single_keys(self, *_: object) -> None:
        """Let the terminal give each key at once, without Enter. It is a signal's handler, too."""
        tty.setcbreak(self._terminal.fileno())


def _cut(line: str, columns: int) -> str:
    """Return as much of a line as fits; Chinese characters, among others, are two columns wide."""
    widths = (2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
    return line[: sum(total <= columns for total in accumulate(widths))]


@contextmanager
def open_screen() -> Iterator[Screen]:
    """Open the terminal, whatever stdin and stdout are, and read its keys one by one.

    Ctrl-C still sends SIGINT. Raises UserError if there is no terminal.
    """
    try:
        terminal = TERMINAL.open("r+b", buffering=0)
    except OSError:
        raise UserError("teach needs a terminal, and there is none") from None
    with terminal:
        screen, before = Screen(terminal), termios.tcgetattr(terminal)
        try:
            screen.read_single_keys()
            signal.signal(signal.SIGCONT, screen.read_single_keys)  # after Ctrl-Z and fg
            yield screen
        finally:
            signal.signal(signal.SIGCONT, signal.SIG_DFL)
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
