"""Pictures on their way to POST /api/faces: how many there may be, and for how long."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

pytest.importorskip("tornado")

from emotion_edge.output.web.face_reader import MAX_OPEN
from tests.edge.output.web.asking import POST, ask, connected, post, read_all, request
from tests.edge.output.web.served import Served
from tests.edge.output.web.test_faces import RED
from tests.edge.waiting import until


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def begin(page: Served, stack: ExitStack, body: bytes = b"\xff\xd8\xff") -> socket.socket:
    """Begin to send a picture of a thousand bytes more."""
    connection = stack.enter_context(connected(page.port))
    length = {"Content-Length": str(len(body) + 1000)}
    connection.sendall(request("POST", "/api/faces", {"Host": "localhost", **POST, **length}, body))
    return connection


def fill(page: Served, stack: ExitStack) -> list[socket.socket]:
    """Begin to send as many pictures as may come."""
    uploads = [begin(page, stack) for _ in range(MAX_OPEN)]
    until(lambda: page.site.faces.worker.taken == MAX_OPEN, "all pictures")
    return uploads


def test_pictures_that_never_end_fill_no_memory(served, stack):
    page = served()
    first, *others = fill(page, stack)
    for _ in range(3):
        answer = post(page.port, "/api/faces", RED)
        assert answer.status == 503
        assert answer.headers["retry-after"] == "5"
        assert "other pictures wait" in answer.json["error"]
    first.close()
    until(lambda: post(page.port, "/api/faces", RED).status == 200, "a place")
    until(lambda: page.site.faces.worker.taken == len(others), "its end")
    for each in others:
        each.close()
    until(lambda: page.site.faces.worker.taken == 0, "their end")


def test_a_picture_that_comes_too_slowly_is_dropped(served, stack, monkeypatch):
    monkeypatch.setattr("emotion_edge.output.web.handlers.faces.BODY_TIMEOUT_S", 0.5)
    monkeypatch.setattr("emotion_edge.output.web.server.BODY_TIMEOUT_S", 900.0)  # of others
    page = served()
    uploads = fill(page, stack)
    assert [read_all(each) for each in uploads] == [b""] * MAX_OPEN
    until(lambda: post(page.port, "/api/faces", RED).status == 200, "a place")


def test_every_answer_gives_the_place_back(served):
    page = served()
    for _ in range(MAX_OPEN + 1):
        assert post(page.port, "/api/faces", RED).status == 200
        assert post(page.port, "/api/faces", b"no picture").status == 415
        assert post(page.port, "/api/faces", RED[:60]).status == 400
        assert post(page.port, "/api/faces", **{"Content-Length": str(17 << 20)}).status == 413
        assert post(page.port, "/api/faces", RED, Host="evil.example").status == 403
        assert ask(page.port, "/api/faces").status == 405
    until(lambda: page.site.faces.worker.taken == 0, "the end of all")


def test_who_leaves_while_a_picture_waits_has_its_place_until_it_is_read(served, stack):
    page, busy, leave = served(), threading.Event(), threading.Event()
    page.site.faces.worker.submit(lambda: (busy.set(), leave.wait(30)))  # it reads another one
    assert busy.wait(30)  # or that one would still be in the queue that is measured below
    head = {"Host": "localhost", **POST, "Content-Length": str(len(RED))}
    for _ in range(MAX_OPEN):
        with connected(page.port) as connection:
            before = page.site.faces.worker._pool._work_queue.qsize()
            connection.sendall(request("POST", "/api/faces", head, RED))
            until(lambda n=before: page.site.faces.worker._pool._work_queue.qsize() > n, "its turn")
    page.at_once(lambda: None)
    assert post(page.port, "/api/faces", RED).status == 503
    leave.set()
    until(lambda: post(page.port, "/api/faces", RED).status == 200, "a place")
    until(lambda: page.site.faces.worker.taken == 0, "all of them")


def test_five_at_once_are_read_in_turn(served):
    page = served()
    with ThreadPoolExecutor(MAX_OPEN) as pool:
        answers = list(pool.map(lambda _: post(page.port, "/api/faces", RED), range(MAX_OPEN)))
    assert [answer.status for answer in answers] == [200] * MAX_OPEN
