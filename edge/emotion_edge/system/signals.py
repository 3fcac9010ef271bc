"""Signal handlers that set events."""

import signal
from threading import Event


def stop_on_signals(stop: Event) -> None:
    """Set `stop` on SIGINT and SIGTERM from now on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())


def reload_on_hangup(reload: Event) -> None:
    """Set `reload` on SIGHUP from now on."""
    signal.signal(signal.SIGHUP, lambda *_: reload.set())
