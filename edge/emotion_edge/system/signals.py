"""Signals: stop on SIGINT and SIGTERM."""

import signal
from threading import Event


def stop_on_signals(stop: Event) -> None:
    """Set the event on SIGINT and SIGTERM from now on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
