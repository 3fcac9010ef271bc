"""Brokers hear whether somebody watches when it changes, however rare frames are."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.output.web.asking import ask, connected, request
from tests.edge.waiting import until

pytestmark = plain_broker
SOON_S, LATE_S = 16, 100  # more than a viewer lingers, LINGER_S


@pytest.fixture
def rare(site, broker, changing):
    """A function that starts a daemon which takes a frame now and the next one after some seconds.

    It returns its page, and a listener to its broker.
    """

    def start(seconds: float, *options: object):
        run = site("--source", changing, "--every", seconds, *options, *broker.options)
        listener = Listener(broker)
        listener.wait("watched", "no")
        until(lambda: run.get("/healthz")["status"] == "ok", "the first frame")
        return run, listener

    return start


@contextmanager
def waiting(port: int, path: str) -> Iterator[None]:
    """Ask for something, and leave at the end whatever has come."""
    with connected(port) as connection:
        connection.sendall(request("GET", path, {"Host": f"localhost:{port}"}))
        yield


@pytest.mark.parametrize("path", ["/api/events", "/api/snapshot.jpg"])
def test_who_watches_or_waits_is_told_of_without_a_frame_until_they_leave(rare, path):
    run, listener = rare(LATE_S)
    with waiting(run.port, path):
        at = listener.wait("watched", "yes")
    listener.wait("watched", "no", after=at)


def test_with_aggregate_it_is_told_alone(rare):
    run, listener = rare(LATE_S, "--aggregate", 1)
    before = len(listener.heard)
    with waiting(run.port, "/api/events"):
        at = listener.wait("watched", "yes", after=before)
    listener.wait("watched", "no", after=at)
    told = {topic.rpartition("/")[2] for topic, _, _ in listener.heard[before:]}
    assert told <= {"watched", "attributes"}


def test_who_waits_for_a_snapshot_watches_until_it_comes_and_a_moment_after(rare):
    run, listener = rare(SOON_S)
    assert ask(run.port, "/api/snapshot.jpg").status == 200
    at = listener.wait("watched", "yes")
    assert listener.of("watched")[-1] == "yes"
    listener.wait("watched", "no", after=at)


def test_nobody_watches_a_daemon_that_has_ended(rare):
    run, listener = rare(LATE_S)
    with waiting(run.port, "/api/events"):
        at = listener.wait("watched", "yes")
        assert run.daemon.end()[0] == 0
        assert listener.wait("watched", "no", after=at) < listener.wait("availability", "offline")
