"""Each signal sets its own event only."""

import signal
from threading import Event

import pytest

from emotion_edge.system.signals import reload_on_hangup, stop_on_signals


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (signal.SIGINT, (True, False)),
        (signal.SIGTERM, (True, False)),
        (signal.SIGHUP, (False, True)),
    ],
)
def test_each_signal_sets_its_event(number, expected):
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(each) for each in numbers]
    stop, reload = Event(), Event()
    try:
        stop_on_signals(stop)
        reload_on_hangup(reload)
        signal.raise_signal(number)
        assert (stop.is_set(), reload.is_set()) == expected
    finally:
        for each, handler in zip(numbers, before, strict=True):
            signal.signal(each, handler)
