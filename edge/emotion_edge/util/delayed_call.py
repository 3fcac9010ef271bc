"""A call after a delay, on a thread of its own."""

import threading
from collections.abc import Callable


class DelayedCall:
    """Calls a function once after a delay; a new start replaces the former."""

    def __init__(self, call: Callable[..., None]) -> None:
        """Prepare. call: receives the arguments that are given to `start`."""
        self._call, self._timer = call, threading.Timer(0, call)

    def start(self, seconds: float, *arguments: object) -> None:
        """Call after `seconds`, and not at the time that was set before."""
        self.cancel()
        self._timer = threading.Timer(seconds, self._call, arguments)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Do not call, unless the call has begun."""
        self._timer.cancel()
