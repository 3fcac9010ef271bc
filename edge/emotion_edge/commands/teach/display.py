"""What shows a lesson to people, and takes their orders: a terminal, a page, or both at once."""

from queue import SimpleQueue
from threading import Event, Lock
from typing import Literal, NamedTuple

from emotion_edge.capture.frame import Frame
from emotion_edge.teaching.wizard import View

Name = Literal["skip", "repeat", "end", "stop"]
Outcome = Literal["written", "unchanged", "kept"]


class Display:
    """Shows a lesson; this one shows nothing.

    is_enough: whether no terminal is needed.
    """

    is_enough = False

    @property
    def agreed(self) -> bool | None:
        """What was answered here about consent; None if nothing was."""
        return None

    def begin(self) -> None:
        """Everybody in view has agreed, and the camera is opened."""

    def show(self, view: View, frame: Frame) -> None:
        """Show what is to be done, and what the camera sees."""

    def show_no_camera(self, reason: str) -> None:
        """Show why there are no frames."""

    def show_learning(self) -> None:
        """Show that the camera is not needed any more."""

    def clear(self) -> None:
        """Show no step any more."""

    def tell(self, line: str) -> None:
        """Show a line of what was learnt."""

    def end(self, outcome: Outcome) -> None:
        """Show what has become of it: kept: written, though nothing was gained."""


class Order(NamedTuple):
    """What the user has ordered. step, label: where that was; None: whichever it is now."""

    name: Name
    step: int | None = None
    label: str | None = None

    def is_for(self, view: View) -> bool:
        """Tell whether the step that it was ordered for is still shown."""
        return self.step in (None, view.step) and self.label in (None, view.label)


class Orders:
    """What was ordered, from any thread. stop: ends the source; it is set by "end" and "stop"."""

    def __init__(self, stop: Event) -> None:
        """Begin with no orders."""
        self.stop = stop
        self._given = SimpleQueue[Order]()
        self._lock, self._closed, self._ended = Lock(), False, False

    @property
    def has_ended(self) -> bool:
        """Whether it was ordered to end the lesson, and to learn what was taken so far."""
        return self._ended

    def give(self, order: Order) -> None:
        """Order something."""
        with self._lock:
            if order.name == "stop":
                self.stop.set()
            elif order.name != "end":
                self._given.put(order)
            elif not (self._closed or self.stop.is_set()):
                self._ended = True
                self.stop.set()

    def take(self) -> list[Order]:
        """Return the orders since the last call, to skip or to repeat a step."""
        return [self._given.get() for _ in range(self._given.qsize())]

    def close(self) -> bool:
        """Take no order but "stop" any more; return whether the lesson was ended by an order.

        Then the source has ended for that alone, and `stop` is clear again.
        """
        with self._lock:
            self._closed = True
            if self._ended:
                self.stop.clear()
            return self._ended
