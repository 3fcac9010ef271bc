"""What those who watch see: the picture, the events, and nothing while it is paused."""

import io
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from tests.edge.output.web.asking import Events, ask, connected, post, request
from tests.edge.waiting import until

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


def pictures(connection, port: int) -> Iterator[bytes]:
    """Yield the JPEGs of /stream.mjpg."""
    connection.sendall(request("GET", "/stream.mjpg", {"Host": f"localhost:{port}"}))
    content = b""
    while part := connection.recv(65_536):
        content += part
        while (end := content.find(b"\xff\xd9")) >= 0:
            yield content[content.index(b"\xff\xd8") : end + 2]
            content = content[end + 2 :]


def dominant(jpeg: bytes) -> str:
    """Return the colour that most pixels of a picture have, at its lower right corner."""
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)
    corner = pixels[-8:, -8:].mean(axis=(0, 1))
    return min(COLOURS, key=lambda name: np.abs(corner - COLOURS[name]).sum())


def read_states(port: int, count: int) -> list[dict]:
    """Return the first states among the events."""
    with connected(port) as connection:
        states = (data for name, data in Events(connection, port) if name == "state")
        return list(islice(states, count))


def test_the_picture_is_the_frame_that_was_judged(open_site):
    with connected(open_site.port) as watching, connected(open_site.port) as reading:
        seen, stream = set(), pictures(watching, open_site.port)
        states = (data for name, data in Events(reading, open_site.port) if name == "state")
        deadline = time.monotonic() + 30
        while seen < {"red", "green", "blue"} and time.monotonic() < deadline:
            colour = dominant(next(stream))
            state = next(states)
            seen |= {colour} & {face["raw"] for face in state["faces"]}
        assert seen == {"red", "green", "blue"}


def test_the_events_are_stdout_s_lines(open_site):
    with connected(open_site.port) as connection:
        events = Events(connection, open_site.port)
        assert b"text/event-stream" in events.head
        lines = []
        for name, data in events:
            if name == "line":
                lines.append(data)
            if len(lines) == 3:
                break
    until(lambda: open_site.daemon.stdout[-1]["frame"] >= lines[-1]["frame"], "them on stdout")
    since = [line for line in open_site.daemon.stdout if line["frame"] >= lines[0]["frame"]]
    printed = since[:3]
    assert lines == [{**line, "source": "recording"} for line in printed]
    assert printed[0]["source"] != "recording"  # the page shows no folder
    assert open_site.get("/api/state")["source"] == "recording"


def test_a_reader_of_events_gets_the_state_five_times_a_second_at_most(open_site):
    states = read_states(open_site.port, 12)
    times = [datetime.fromisoformat(state["time"]) for state in states]
    assert (times[-1] - times[1]).total_seconds() > 10 * 0.15  # a late one makes the next early


@pytest.mark.parametrize("header", ["x", "-1", "9" * 400, "\x80", "null"])
def test_an_odd_last_event_id_changes_nothing(open_site, header):
    with connected(open_site.port) as connection:
        name, _ = next(iter(Events(connection, open_site.port, **{"Last-Event-ID": header})))
    assert name == "state"


def test_a_pause_ends_the_picture_and_the_faces_at_once(open_site):
    with connected(open_site.port) as watching, connected(open_site.port) as reading:
        stream = pictures(watching, open_site.port)
        next(stream)
        events = iter(Events(reading, open_site.port))
        try:
            assert post(open_site.port, "/api/pause").json == {"paused": True}
            watching.setblocking(False)
            with suppress(BlockingIOError):  # what the socket had when the answer came
                while watching.recv(65_536):
                    pass
            watching.settimeout(1.5)
            with pytest.raises(TimeoutError):
                watching.recv(1)
            state = next(data for name, data in events if name == "state" and data["paused"])
            assert (state["picture"], state["faces"], state["frame"]) == (False, [], None)
            assert ask(open_site.port, "/api/snapshot.jpg").status == 404
            assert "paused" in ask(open_site.port, "/api/snapshot.jpg").json["error"]
            assert open_site.get("/healthz") == {"status": "paused"}
        finally:
            assert post(open_site.port, "/api/resume").json == {"paused": False}
        assert next(data for name, data in events if name == "state" and data["picture"])
    assert ask(open_site.port, "/api/snapshot.jpg").status == 200


def test_a_snapshot_is_one_jpeg_of_the_frame(open_site):
    answer = ask(open_site.port, "/api/snapshot.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.body)).size == (40, 30)


def test_without_the_picture_there_are_only_labels(site, changing):
    blind = site("--source", changing, "--no-web-picture")
    for path in ("/stream.mjpg", "/api/snapshot.jpg"):
        assert ask(blind.port, path).status == 404
    state = until(lambda: (found := blind.get("/api/state"))["faces"] and found, "a face")
    assert not state["picture"]


def test_with_aggregate_nothing_shows_whether_somebody_is_there(site, changing):
    hidden = site("--source", changing, "--aggregate", 1)
    until(lambda: hidden.get("/api/state")["streaming"], "frames")
    for path in ("/stream.mjpg", "/api/snapshot.jpg"):
        assert ask(hidden.port, path).status == 404
    for state in read_states(hidden.port, 3):
        assert state["faces"] is None
        assert state["aggregate"] == 1
        for key in ("frame", "find_ms", "inference_ms", "frames_per_second", "counts"):
            assert state[key] is None, key
        assert not state["picture"]


def test_whoever_watches_is_known(site, changing):
    seen = site("--source", changing)
    begin, end = "the page is being watched, from 127.0.0.1", "nobody watches the page any more"
    until(lambda: seen.get("/healthz") == {"status": "ok"}, "frames")
    assert begin not in seen.daemon.stderr
    with connected(seen.port) as connection:
        next(pictures(connection, seen.port))
        seen.daemon.wait_stderr(begin)
        assert seen.get("/api/state")["viewers"] == 1
        assert end not in seen.daemon.stderr
    seen.daemon.wait_stderr(end)
    assert seen.get("/api/state")["viewers"] == 0
    assert seen.daemon.stderr.count(begin) == 1 + seen.daemon.stderr.count(end)


def test_the_daemon_ends_at_once_although_somebody_watches(site, changing):
    seen = site("--source", changing)
    with connected(seen.port) as watching, connected(seen.port) as reading:
        next(pictures(watching, seen.port))
        next(iter(Events(reading, seen.port)))
        code, seconds = seen.daemon.end()
    assert code == 0
    assert seconds < 5
    assert "Traceback" not in seen.daemon.stderr
