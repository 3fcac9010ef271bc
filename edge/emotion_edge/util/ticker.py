"""A call at fixed times, on a thread of its own."""

import threading
import time
from collections.abc import Callable
from typing import Self


class Ticker:
    """Calls a function at equal intervals while its context manager is open."""

    def __init__(self, call: Callable[[], None], seconds: float) -> None:
        """Prepare. seconds: from one call to the next; the calls' own duration does not count."""
        self._call, self._seconds = call, seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start; the first call comes after the interval."""
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop; wait for a call that has begun."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic() + self._seconds
        while not self._end.wait(max(0.0, due - time.monotonic())):
            self._call()
            late = max(0.0, time.monotonic() - due)
            due += self._seconds * (1 + late // self._seconds)  # what was missed is left out
