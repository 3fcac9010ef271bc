"""Calls that may never return, and what to do about those."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from emotion_edge.errors import RunError

T = TypeVar("T")
POLL_S = 0.2  # seconds between checks of the stop event while nothing happens
_LEAVE = 3.0  # seconds for the rest of the program to end in good order


def run_in_thread(work: Callable[[], T]) -> Future[T]:
    """Do `work` in a thread that does not keep the program from ending; return its future."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised again by whoever waits
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def call_with_timeout(seconds: float, work: Callable[[], T], complaint: str) -> T:
    """Return what `work` returns or raise what it raises.

    Raises RunError with `complaint` where it takes longer than `seconds`. Its thread hangs then and
    holds what it holds, which only the end of the process sets free; and since it may hang that
    too, the process is ended with exit code 1 a little later whatever happens.
    """
    future = run_in_thread(work)
    try:
        return future.result(timeout=seconds)
    except TimeoutError:
        if future.done():  # it is the work's own
            raise
        threading.Thread(target=_leave, daemon=True).start()
        raise RunError(f"{complaint} within {seconds:g} seconds") from None


def _leave() -> None:
    threading.Event().wait(_LEAVE)
    os._exit(1)


def interruptible_sleep(pause: float, stop: threading.Event) -> None:
    """Sleep for so many seconds, but not beyond `stop`, which a signal handler sets.

    Not by stop.wait: a handler that sets an event whose lock the main thread holds never returns.
    """
    end = time.monotonic() + pause
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, POLL_S))
