"""What takes long: one thing after the other, on a thread that leaves the processor to frames."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from typing import ParamSpec, TypeVar

LEAST_REST_S = 0.001  # shorter ones would cost more than they give
_NICENESS = 10  # a tenth of the usual weight; with 19 a busy computer would never answer
P = ParamSpec("P")
T = TypeVar("T")


class BusyError(Exception):
    """As many things wait as may."""


class Worker:
    """Does what the page's clients ask for on a thread of its own, for half the time at most.

    Places are counted on the server's thread.
    """

    def __init__(self, name: str, places: int) -> None:
        """name: of the thread. places: for things that come, wait or are done."""
        self._places, self.taken = places, 0
        self._closed, self._rested, self._rest_end = Event(), 0.0, 0.0
        self._pool = ThreadPoolExecutor(1, name, initializer=give_way)

    def enter(self) -> None:
        """Take a place; raises BusyError if there is none."""
        if self.taken >= self._places:
            raise BusyError
        self.taken += 1

    def leave(self) -> None:
        """Give the place back."""
        self.taken -= 1

    @contextmanager
    def place(self) -> Iterator[None]:
        """Have a place; raises BusyError if there is none."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def submit(self, work: Callable[P, T], *arguments: P.args, **more: P.kwargs) -> "Future[T]":
        """Call a function when it is its turn; the future has what it returns or raises."""
        return self._pool.submit(self._do, lambda: work(*arguments, **more))

    def _do(self, work: Callable[[], T]) -> T:
        self._closed.wait(max(0.0, self._rest_end - time.monotonic()))
        if self._closed.is_set():
            raise CancelledError
        self._rested = time.monotonic()
        try:
            return work()
        finally:
            now = time.monotonic()
            self._rest_end = now + (now - self._rested)

    def breathe(self) -> bool:
        """Rest for as long as it has worked since the last rest; return whether it is closed.

        What takes long calls it often. Python runs one thread at a time, and one that never sleeps
        would keep the main thread waiting at each of its many steps.
        """
        worked = time.monotonic() - self._rested
        if worked >= LEAST_REST_S:
            self._closed.wait(worked)
            self._rested = time.monotonic()
        return self._closed.is_set()

    def close(self) -> None:
        """Do nothing any more; what is being done ends when it breathes."""
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


def give_way() -> None:
    """Let other threads and programs go first: this thread does, and those that it starts."""
    if sys.platform == "linux":  # elsewhere it would be the priority of the whole program
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
