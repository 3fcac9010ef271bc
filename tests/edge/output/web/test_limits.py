"""What clients may take: sizes, time, connections, and what happens to those who do not read."""

import socket
import time
from contextlib import ExitStack, suppress

import numpy as np
import pytest

from tests.edge.output.web.asking import POST, ask, connected, parse, post, read_all, request
from tests.edge.recordings import write_recording
from tests.edge.waiting import until


def get(path: str, **more: str) -> bytes:
    return request("GET", path, {"Host": "localhost", **more})


def test_headers_have_a_size(open_site):
    assert ask(open_site.port, "/healthz", {"X": "x" * 10_000}).status == 200
    with connected(open_site.port) as connection:
        with suppress(ConnectionError):
            connection.sendall(get("/healthz", X="x" * 70_000))
        assert b"200" not in read_all(connection)[:20]


@pytest.mark.parametrize("path", ["/login", "/api/pause", "/logout"])
def test_bodies_have_a_size(open_site, path):
    headers = {"Host": "localhost", **POST, "Content-Length": "16385"}
    with connected(open_site.port) as connection:
        with suppress(ConnectionError):
            connection.sendall(request("POST", path, headers, b" " * 16_385))
        assert b" 400 " in read_all(connection)[:20]
    assert not open_site.get("/api/state")["paused"]


def test_a_picture_has_a_size(open_site):
    for length in (16 * 2**20 + 1, 10**30):
        headers = {
            "Host": "localhost",
            "Connection": "close",
            **POST,
            "Content-Length": str(length),
        }
        with connected(open_site.port) as connection:
            connection.sendall(request("POST", "/api/faces", headers))
            answer = read_all(connection)
        assert b" 413 " in answer[:20] or b" 400 " in answer[:20]  # tornado itself takes 18 digits


@pytest.mark.parametrize(
    "lines",
    [
        ("Transfer-Encoding: chunked",),
        ("Transfer-Encoding: chunked", "Content-Length: 5"),
        ("Transfer-Encoding: x",),
        ("Content-Length: 5", "Content-Length: 5"),
        ("Content-Length: 5, 5",),
        ("Content-Length: +5",),
        ("Content-Length: 0x5",),
        ("Content-Length: 5_0",),
        ("Content-Length: -1",),
        ("Content-Length:",),
    ],
)
@pytest.mark.parametrize("path", ["/api/faces", "/api/pause"])
def test_a_request_whose_length_is_not_clear_is_refused(open_site, path, lines):
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "X-Emotion-Edge: 1", *lines]
    for body in (b"5\r\nhello\r\n0\r\n\r\n", b"-1\r\nhello"):
        with connected(open_site.port) as connection:
            connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
            content = read_all(connection)
        assert content.startswith(b"HTTP/1.1 400 ")
        assert content.count(b"HTTP/1.1") == 1
    assert open_site.get("/healthz") == {"status": "ok"}


def test_slow_clients_are_dropped(open_site):
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(open_site.port)) for _ in range(5)]
        slow[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")  # and nothing more
        body = {"Host": "localhost", **POST, "Content-Length": "9"}
        slow[1].sendall(request("POST", "/login", body, b"{"))
        slow[2].sendall(get("/healthz"))  # answered, and then silent
        dripping = slow[4]
        left = {each for each in slow if each is not slow[3]}
        deadline = time.monotonic() + 60
        while left and time.monotonic() < deadline:
            with suppress(OSError):
                dripping.sendall(b"x")  # a byte of the first line now and then
            left = {each for each in left if not is_closed(each)}
            time.sleep(0.5)
        assert not left
        assert is_closed(slow[3])  # it has never sent anything
    assert open_site.get("/healthz") == {"status": "ok"}


def is_closed(connection: socket.socket) -> bool:
    """Tell whether the server has closed a connection."""
    connection.setblocking(False)
    try:
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_idle_connections_keep_nobody_out(open_site):
    with ExitStack() as stack, connected(open_site.port) as watching:
        watching.sendall(get("/stream.mjpg"))
        assert watching.recv(65_536)
        for _ in range(300):
            stack.enter_context(connected(open_site.port))
        assert open_site.get("/healthz") == {"status": "ok"}
        assert watching.recv(65_536)  # who watches is not pushed out
        assert watching.recv(65_536)


@pytest.mark.parametrize("path", ["/stream.mjpg", "/api/events"])
def test_there_are_so_many_viewers_at_most(open_site, path):
    until(lambda: open_site.get("/api/state")["viewers"] == 0, "the end of former viewers")
    with ExitStack() as stack:
        heads = []
        for _ in range(200):
            connection = stack.enter_context(connected(open_site.port))
            connection.sendall(get(path))
            heads.append(connection.recv(12))
        assert heads.count(b"HTTP/1.1 200") == 8
        assert heads.count(b"HTTP/1.1 503") == 192
        assert open_site.get("/api/state")["viewers"] == 8
        refused = ask(open_site.port, path)
        assert refused.headers["retry-after"] == "10"
        assert "--web-viewers" in refused.json["error"]
    until(lambda: open_site.get("/api/state")["viewers"] == 0, "their end")


def test_those_who_watch_leave_room_for_others(site, changing):
    seen = site("--source", changing, "--web-viewers", 60)
    with ExitStack() as stack:
        for path in ("/stream.mjpg", "/api/events") * 60:
            connection = stack.enter_context(connected(seen.port))
            connection.sendall(get(path))
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert seen.get("/api/state")["viewers"] == 60
        for _ in range(2):
            assert ask(seen.port, "/").status == 200
            assert post(seen.port, "/api/pause").json == {"paused": True}
        assert seen.get("/healthz") == {"status": "paused"}


@pytest.fixture
def noisy(tmp_path) -> str:
    """A source whose pictures cannot be made small."""
    dice = np.random.default_rng(7)
    pictures = (dice.integers(0, 256, (480, 640, 3), np.uint8) for _ in range(30))
    return f"replay:{write_recording(tmp_path / 'noise', pictures, rate=0.5)}"


def test_a_viewer_who_never_reads_is_dropped_and_others_see_the_newest(site, noisy):
    seen = site("--source", noisy, "--web-width", 640, "--web-rate", 30)
    with connected(seen.port) as deaf, connected(seen.port) as reading:
        deaf.sendall(get("/stream.mjpg"))
        reading.sendall(get("/stream.mjpg"))
        until(lambda: seen.get("/api/state")["viewers"] == 2, "two viewers")
        reading.settimeout(30)
        while "dropped a viewer that reads too slowly, 127.0.0.1" not in seen.daemon.stderr:
            assert reading.recv(65_536)
        assert seen.get("/api/state")["viewers"] == 1
        assert reading.recv(65_536)
    assert "Traceback" not in seen.daemon.stderr


def test_pipelined_requests_are_answered_in_turn(open_site):
    with connected(open_site.port) as connection:
        connection.sendall(get("/healthz") * 20 + get("/healthz", Connection="close"))
        content = read_all(connection)
    assert content.count(b'{"status": "ok"}') == 21
    assert parse(content).status == 200
    assert post(open_site.port, "/api/resume").status == 200
