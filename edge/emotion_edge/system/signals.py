"""Signal handlers, from the first line of the program on: imports take a second on a Pi.

The second SIGINT or SIGTERM ends the process at once, whatever it waits for. One that comes within
`REPEAT_S` is the same request: timeout(1) sends its signal to the program and then to its group.
"""

import _thread
import atexit
import os
import signal
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from threading import Event
    from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM)
_HANDLED = (*STOPPING, signal.SIGHUP)
REPEAT_S = 0.1
_held: list[int] = []  # received since `hold_signals`, oldest first
_former: dict[int, object] = {}


def hold_signals() -> None:
    """Keep SIGINT, SIGTERM and SIGHUP until the command says what they mean to it."""
    for number in _HANDLED:
        _former[number] = signal.signal(number, _hold)
        # At its very end Python takes handlers away, and a signal would change the exit code.
        atexit.register(signal.signal, number, signal.SIG_IGN)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    # Not threading, which takes too long to import.
    _thread.start_new_thread(_end_at_the_second, (reader,))


def _end_at_the_second(signals: int) -> None:
    """Read the numbers of signals from a pipe, also while the main thread is in a library."""
    first = None
    while numbers := os.read(signals, 64):
        for number in set(numbers) & set(STOPPING):
            now = time.monotonic()
            first = first or now
            if now - first > REPEAT_S:
                os._exit(128 + number)


def _hold(number: int, frame: "FrameType | None") -> None:
    _held.append(number)


def stop_on_signals(stop: "Event") -> None:
    """Set `stop` on SIGINT and SIGTERM from now on, and now if one is held."""
    for number in STOPPING:
        signal.signal(number, lambda *_: stop.set())
    if set(_held) & set(STOPPING):
        stop.set()


def reload_on_hangup(reload: "Event") -> None:
    """Set `reload` on SIGHUP from now on."""
    signal.signal(signal.SIGHUP, lambda *_: reload.set())


def release_signals() -> None:
    """Let signals act as before `hold_signals`, also those that are held; Ctrl-C interrupts."""
    signal.set_wakeup_fd(-1)
    for number, handler in _former.items():
        interrupts = handler is signal.default_int_handler
        signal.signal(number, _interrupt if interrupts else handler)  # type: ignore[arg-type]
    _former.clear()
    while _held:
        signal.raise_signal(_held.pop(0))


def interrupt_on_terminate() -> None:
    """Let SIGTERM interrupt as Ctrl-C does, for work that has to be undone."""
    signal.signal(signal.SIGTERM, _interrupt)


def end_on_ctrl_c() -> None:
    """Let Ctrl-C end the process at once and without a word, because nothing is left to do."""
    if signal.getsignal(signal.SIGINT) is _interrupt:
        signal.signal(signal.SIGINT, lambda number, _: os._exit(128 + number))


def _interrupt(number: int, frame: "FrameType | None") -> NoReturn:
    signal.signal(number, signal.SIG_DFL)
    raise _CtrlC


class _CtrlC(KeyboardInterrupt):
    """Python kills itself at its end if a plain KeyboardInterrupt has left a call of exec."""
