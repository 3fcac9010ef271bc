"""Snapshots: who waits counts as a viewer, and all who wait share a picture."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

pytest.importorskip("tornado")

from emotion_edge.output.web import picture
from tests.edge.output.web.asking import ask, connected, parse, read_all, request
from tests.edge.output.web.served import Served
from tests.edge.waiting import until

PATH = "/api/snapshot.jpg"
GET = request("GET", PATH, {"Host": "localhost", "Connection": "close"})


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def page(served) -> Served:
    """A page for two, which has frames."""
    page = served(viewers=2)
    page.see("happy")
    return page


def wait(page: Served, stack: ExitStack) -> socket.socket:
    """Ask for a snapshot, which waits for the next frame."""
    connection = stack.enter_context(connected(page.port))
    before = page.site.viewers.count
    connection.sendall(GET)
    until(lambda: page.site.viewers.count > before, "its place")
    return connection


def test_as_many_may_wait_as_may_watch_and_share_a_picture(page, stack, monkeypatch):
    encoded, encode = [], picture._encode
    monkeypatch.setattr(picture, "_encode", lambda job: encoded.append(job) or encode(job))
    waiting = [wait(page, stack) for _ in range(2)]
    refused = ask(page.port, PATH)
    assert refused.status == 503
    assert "--web-viewers" in refused.json["error"]
    assert ask(page.port, "/api/state").json["viewers"] == 2
    until(lambda: page.site.picture_hub.is_awaited("snapshot"), "who waits")
    page.see("happy")
    first, second = (parse(read_all(each)) for each in waiting)
    assert first.status == second.status == 200
    assert first.body == second.body
    assert len(encoded) == 1
    until(lambda: page.site.viewers.count == 0, "their end")


def test_who_leaves_does_not_wait(served, monkeypatch):
    monkeypatch.setattr("emotion_edge.output.web.sink.SNAPSHOT_PATIENCE_S", 900.0)
    page = served(viewers=2)
    page.see("happy")
    for _ in range(2):
        with ExitStack() as stack:
            wait(page, stack)
            wait(page, stack)
        until(lambda: page.site.viewers.count == 0, "their places")


def test_whoever_waits_long_is_known_all_the_time(page, stack, monkeypatch):
    monkeypatch.setattr("emotion_edge.output.web.viewers.LINGER_S", 0.1)
    wait(page, stack)
    asked = time.monotonic()
    until(lambda: time.monotonic() - asked > 1, "more than the time to linger")
    page.at_once(lambda: None)
    assert page.stats.watched
    page.see("happy")
    until(lambda: not page.stats.watched, "its end")


def test_there_are_no_more_a_second_than_pictures_of_the_stream(site, changing):
    slow = site("--source", changing, "--web-rate", 1)
    start = time.monotonic()
    for _ in range(4):
        assert ask(slow.port, PATH).status == 200
    assert time.monotonic() - start > 1.7  # two of them are free; each frame would take 0.1 s
