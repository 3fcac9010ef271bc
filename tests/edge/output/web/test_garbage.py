"""Garbage never ends the daemon, nor shows a path of the machine."""

import random
import string
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from emotion_edge.output.history.database import add_rows
from tests.edge.daemon import Daemon
from tests.edge.output.history.rows import row
from tests.edge.output.web.asking import ask, connected, read_all, request
from tests.edge.output.web.browser.sites import Site
from tests.edge.recordings import write_changing_colours

COUNT = 100
# Times that can be read, and where counting on from them may fail.
ODD_TIMES = ("0001-01-01", "9999-12-31", "9999-12-31T23:59-23:59", "2026-W01-1", "1969-12-31")
ROOT = Path(__file__).parents[4]
Garbage = Callable[[random.Random], bytes]


def close(headers: dict[str, str] | None = None) -> dict[str, str]:
    """Return the headers of a request after which the server closes the connection."""
    return {"Host": "localhost", "Connection": "close", **(headers or {})}


def text(dice: random.Random, alphabet: str, most: int) -> str:
    return "".join(dice.choices(alphabet, k=dice.randint(1, most)))


def traversal(dice: random.Random) -> bytes:
    steps = ["..", "%2e%2e", "..%2f", "%5c..", "....//", "%252e%252e", "\\..", "%00", "//", "."]
    start = dice.choice(["/assets", "/api", "", "/stream.mjpg", "/login", "http://localhost"])
    goal = dice.choice(["etc/passwd", "page.html", "proc/self/environ", "page.css%00.html"])
    middle = "/".join(dice.choices(steps, k=dice.randint(1, 9)))
    return request("GET", f"{start}/{middle}/{goal}", close())


def huge_headers(dice: random.Random) -> bytes:
    kinds = [
        {"X": "x" * dice.randint(1, 200_000)},
        {f"X-{i}": "x" * 100 for i in range(dice.randint(1, 2000))},
        {"Cookie": "; ".join(f"c{i}=v" for i in range(dice.randint(1, 3000)))},
        {"Accept-Language": ",".join(["de;q=0." + "9" * 400] * dice.randint(1, 90))},
        {"Authorization": "Basic " + "A" * dice.randint(1, 60_000)},
    ]
    return request("GET", dice.choice(["/", "/api/state"]), close(dice.choice(kinds)))


def bad_chunks(dice: random.Random) -> bytes:
    size = dice.choice(["5", "-1", "ffffffff", "g", "", "0x5", "5;x", "1" * 30, "5 ", "0"])
    body = dice.choice([b"hello", b"", b"hell", b"hello\r\n0\r\n\r\n", b"\r\n\r\n"])
    coding = dice.choice(["chunked", "Chunked", "gzip, chunked", "chunked, chunked", "identity"])
    path = dice.choice(["/api/faces", "/login", "/api/pause"])
    headers = {"X-Emotion-Edge": "1", "Transfer-Encoding": coding}
    if dice.random() < 0.3:
        headers["Content-Length"] = dice.choice(["5", "0", "-1", "5, 6", "x"])
    return request("POST", path, close(headers), f"{size}\r\n".encode() + body)


def odd_event_ids(dice: random.Random) -> bytes:
    """A reader of events says what it has read last."""
    identifier = text(dice, string.printable[:-5] + "\x80\xffµ", 300)
    return request("GET", "/api/events", close({"Last-Event-ID": identifier}))


def noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randint(1, 5000)) + dice.choice([b"", b"\r\n\r\n"])


def broken_lines(dice: random.Random) -> bytes:
    content = bytearray(request("GET", "/api/state", close()))
    for _ in range(dice.randint(1, 4)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return bytes(content) + b"\r\n\r\n"


def odd_queries(dice: random.Random) -> bytes:
    name = dice.choice(["from", "to", "by", "lang", "x"])
    some = text(dice, string.ascii_letters + string.digits + "%-:+TZ&=;'\"", 60)
    value = dice.choice([some, *ODD_TIMES, *("hour", "day", "minute")])
    path = dice.choice(["/api/history", "/api/history", "/", "/login", "/api/state"])
    return request("GET", f"{path}?{name}={value}", close())


def odd_pictures(dice: random.Random) -> bytes:
    start = dice.choice([b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"RIFF"])
    body = start + dice.randbytes(dice.randint(0, 3000))
    length = len(body) + dice.choice([0, 0, 0, 1, -1])
    headers = {"X-Emotion-Edge": "1", "Content-Length": str(length)}
    return request("POST", "/api/faces", close(headers), body)


KINDS = [
    traversal,
    huge_headers,
    bad_chunks,
    odd_event_ids,
    noise,
    broken_lines,
    odd_queries,
    odd_pictures,
]


@pytest.fixture(scope="module")
def open_site(tmp_path_factory) -> Iterator[Site]:
    """A daemon whose page has no password, but a history: otherwise queries of it end early."""
    pytest.importorskip("tornado")
    folder = tmp_path_factory.mktemp("garbage")
    recording = write_changing_colours(folder / "recording", seconds=900)
    path = folder / "labels.db"
    add_rows(path, [row("happy")])
    site = Site(partial(Daemon, folder), "--source", f"replay:{recording}", "--history", path)
    assert site.get("/api/history")["rows"] == []
    yield site
    site.daemon.kill()


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_garbage_does_no_harm(open_site, make):
    dice = random.Random(2024)
    for _ in range(COUNT):
        garbage = make(dice)
        with connected(open_site.port) as connection:
            try:
                connection.sendall(garbage)
                connection.shutdown(1)  # nothing else comes
            except OSError:  # the server has had enough
                pass
            # A stream of events has no end.
            answer = connection.recv(65_536) if make is odd_event_ids else read_all(connection)
        assert not shown_paths(answer), garbage
    assert ask(open_site.port, "/healthz").json == {"status": "ok"}
    assert open_site.daemon.process.poll() is None
    assert "Traceback" not in open_site.daemon.stderr, open_site.daemon.stderr


def shown_paths(answer: bytes) -> list[str]:
    """Return which of the machine's paths an answer has."""
    # The page's own addresses begin with other words.
    names = [str(ROOT), "emotion_edge/", "site-packages", "python3", "root:", "/tmp/", "/usr/"]
    content = answer.decode(errors="replace")
    return [name for name in names if name in content]
