"""A lesson on the terminal: lines, a small picture, and keys."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Self

from emotion_edge.capture.frame import Frame
from emotion_edge.commands.consent import has_terminal
from emotion_edge.commands.teach.display import Display, Name, Order, Orders
from emotion_edge.commands.teach.terminal import Screen, open_screen
from emotion_edge.commands.teach.terminal_picture import COLUMNS, as_text
from emotion_edge.system.texts import read_texts
from emotion_edge.teaching.wizard import View

KEYS = "s: skip it   r: repeat   q: end, and learn what was taken   Ctrl-C: stop"
_ORDERS: dict[str, Name] = {"s": "skip", "r": "repeat", "q": "end"}
_DRAW_S = 0.2  # between two pictures on the terminal: some are slow
_KEYS_S = 0.2  # after which it is looked whether keys are still to be read


@contextmanager
def open_displays(orders: Orders, page: Display) -> Iterator[Sequence[Display]]:
    """Return what shows the lesson: the page, and the terminal; its keys give orders.

    Raises UserError if there is no terminal and the page is not enough.
    """
    if page.is_enough and not has_terminal():
        yield [page]
        return
    with open_screen() as screen, _Keys(screen, orders):
        yield [TerminalDisplay(screen), page]


class TerminalDisplay(Display):
    """Shows a lesson on the terminal."""

    def __init__(self, screen: Screen) -> None:
        """screen: to draw on."""
        self._screen, self._texts = screen, read_texts("en", "teach")
        self._picture: Sequence[str] = ()
        self._drawn = float("-inf")

    def show(self, view: View, frame: Frame) -> None:
        """Show what is to be done, below what the camera sees."""
        seconds = frame.seconds or 0.0
        if self._screen.has_colours and abs(seconds - self._drawn) >= _DRAW_S:
            fits, self._drawn = self._screen.columns > COLUMNS, seconds
            self._picture = as_text(frame.pixels) if fits else ()
        self._screen.show([*self._picture, *self._lines(view), KEYS])

    def _lines(self, view: View) -> Sequence[str]:
        hint = self._texts.get(f"hint_{view.label}")
        advice = self._texts.get(f"problem_{view.problem}", view.problem)
        if not advice and view.again and view.countdown:
            advice = self._texts["another"]
        state = f"taking: {view.taken} of {view.wanted}"
        if view.countdown:
            state = f"in {view.countdown} s"
        return (
            f"{view.step} of {view.steps}  show {view.label}{f': {hint}' if hint else ''}",
            f"{state}{f'   {advice}' if advice else ''}",
        )

    def show_no_camera(self, reason: str) -> None:
        """Show why there are no frames."""
        self._screen.show([f"no camera: {reason}", KEYS])

    def show_learning(self) -> None:
        """Show that the camera is not needed any more."""
        self._screen.show(["learning from what was taken"])

    def clear(self) -> None:
        """Show no step any more."""
        self._screen.show([])


class _Keys:
    """Reads keys in a thread, because a lost camera gives no frames for half a minute."""

    def __init__(self, screen: Screen, orders: Orders) -> None:
        self._screen, self._orders, self._closed = screen, orders, Event()
        self._thread = Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closed.set()
        self._thread.join()

    def _read(self) -> None:
        with suppress(OSError):  # the terminal has gone
            while not self._closed.is_set():
                for key in self._screen.next_keys(_KEYS_S):
                    if key in _ORDERS:
                        self._orders.give(Order(_ORDERS[key]))
