"""Readers of events: those who do not read, and what the time of an event may show."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice

import pytest

pytest.importorskip("tornado")

from emotion_edge.output.web.hub import MAX_LINES
from tests.edge.output.web.asking import Events, connected, request
from tests.edge.output.web.served import Served
from tests.edge.waiting import until

LONG = "x" * 5000  # a label whose lines soon fill what the kernel holds for a reader
DROPPED = "dropped a viewer that reads too slowly, 127.0.0.1"


@contextmanager
def deaf(page: Served) -> Iterator[socket.socket]:
    """Ask for events with a small buffer, and read nothing."""
    with connected(page.port, buffer=4096) as connection:
        connection.sendall(request("GET", "/api/events", {"Host": "localhost"}))
        until(lambda: page.site.events.is_read, "the reader")
        yield connection


def test_a_reader_who_never_reads_is_dropped(served, monkeypatch, caplog):
    monkeypatch.setattr("emotion_edge.output.web.handlers.streams.SLOW_S", 0.5)
    page = served()
    with deaf(page), caplog.at_level("INFO"):
        for _ in range(MAX_LINES):
            page.see(LONG)
        until(lambda: DROPPED in caplog.text, "the end of the reader")
        until(lambda: not page.site.events.is_read, "its end")


def test_a_reader_who_falls_behind_is_dropped_and_misses_nothing_in_silence(
    served, caplog, monkeypatch
):
    monkeypatch.setattr("emotion_edge.output.web.handlers.streams.SLOW_S", 900.0)
    page = served()
    with deaf(page) as connection, caplog.at_level("INFO"):
        (reader,) = page.site.events._readers
        for _ in range(50):
            page.at_once(lambda: [page.see(LONG) for _ in range(MAX_LINES // 2)])
            page.at_once(page.site.events.tick)
            if reader.is_slow:
                break
        assert reader.is_slow
        assert DROPPED not in caplog.text

        def is_dropped() -> bool:
            with suppress(ConnectionError):
                connection.recv(1 << 20)
            return DROPPED in caplog.text

        until(is_dropped, "the end of the reader, who reads again")


def test_with_aggregate_no_event_s_time_shows_anything(served):
    page = served(aggregate=1.0)
    with connected(page.port) as reading:
        states = (data for name, data in Events(reading, page.port) if name == "state")
        times = []
        for state in islice(states, 5):
            times.append(datetime.fromisoformat(state["time"]))
            page.stats.streaming = not page.stats.streaming  # what else sends a state at once
    # One a second; a late one makes the next early, but not the one after that.
    assert (times[4] - times[1]).total_seconds() > 1.5
