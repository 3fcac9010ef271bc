"""Timeouts for calls that may hang, and an interruptible sleep."""

import os
import threading
import time
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future
from typing import TypeVar

from emotion_edge.errors import RunError

T = TypeVar("T")
POLL_S = 0.2  # between checks of a stop event while waiting
STOP_GRACE_S = 1.0  # for a call to end by itself after a stop signal
EXIT_TIMEOUT_S = 3.0  # for the program to shut down after a call has hung


def run_in_thread(work: Callable[[], T]) -> Future[T]:
    """Run `work` in a daemon thread and return its future."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised again by future.result()
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def call_with_timeout(
    seconds: float, work: Callable[[], T], complaint: str, *, stop: threading.Event | None = None
) -> T:
    """Return or raise what `work` does, or raise RunError(complaint) after `seconds`.

    stop: once it is set, `work` has only `STOP_GRACE_S` left. After a timeout the thread still
    hangs and keeps its resources until the process ends. Shutting down may hang too, so the process
    exits with code 1 after `EXIT_TIMEOUT_S` at the latest.
    """
    future = run_in_thread(work)
    if _ends_in_time(future, seconds, stop):
        return future.result()
    threading.Thread(target=_force_exit, daemon=True).start()
    raise RunError(f"{complaint} within {seconds:g} seconds")


def _ends_in_time(future: Future[T], seconds: float, stop: threading.Event | None) -> bool:
    end = time.monotonic() + seconds
    while not future.done() and (left := end - time.monotonic()) > 0:
        futures.wait([future], min(left, POLL_S))
        if stop and stop.is_set():
            end, stop = min(end, time.monotonic() + STOP_GRACE_S), None
    return future.done()


def _force_exit() -> None:
    time.sleep(EXIT_TIMEOUT_S)
    os._exit(1)


def interruptible_sleep(seconds: float, stop: threading.Event) -> None:
    """Sleep for `seconds`, or until a signal handler sets `stop`."""
    interruptible_wait(time.sleep, seconds, stop)


def interruptible_wait(
    wait: Callable[[float], object], seconds: float, stop: threading.Event
) -> None:
    """Call `wait` with parts of `seconds` until it returns something true, or `stop` is set."""
    # Not stop.wait(): a signal handler that sets the event would deadlock if the main thread
    # holds the event's lock at that moment.
    end = time.monotonic() + seconds
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        if wait(min(left, POLL_S)):
            return
