"""Ask the page's server by bare sockets, so that a request may be anything."""

import base64
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

TIMEOUT_S = 90.0
POST = {"X-Emotion-Edge": "1"}


class Answer(NamedTuple):
    """An answer; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        """The body as JSON."""
        return json.loads(self.body)


@contextmanager
def connected(
    port: int, trust: object = None, buffer: int | None = None
) -> Iterator[socket.socket]:
    """Connect; with TLS if there is a file of certificates to trust.

    buffer: bytes that the kernel keeps for who does not read.
    """
    with closing(socket.socket()) as plain:
        plain.settimeout(TIMEOUT_S)
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.connect(("127.0.0.1", port))
        if trust is None:
            yield plain
            return
        context = ssl.create_default_context(cafile=trust)
        with context.wrap_socket(plain, server_hostname="localhost") as encrypted:
            yield encrypted


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return a request as its bytes; Host is given only if `headers` have it."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes the connection, or resets it."""
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def parse(content: bytes) -> Answer:
    """Return an answer from its bytes; raises ConnectionError if there is none."""
    if not content:
        raise ConnectionError("closed without an answer")
    head, _, body = content.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(status.split(" ")[1]), headers, body)


def ask(
    port: int,
    path: str,
    headers: dict[str, str] | None = None,
    *,
    method: str = "GET",
    body: bytes = b"",
    trust: object = None,
) -> Answer:
    """Ask once, as a browser on this computer does unless `headers` say otherwise."""
    given = {"Host": f"127.0.0.1:{port}", "Connection": "close", **(headers or {})}
    if body or method == "POST":
        given = {"Content-Length": str(len(body)), **given}
    with connected(port, trust) as connection:
        connection.sendall(request(method, path, given, body))
        return parse(read_all(connection))


def post(port: int, path: str, body: bytes = b"", trust: object = None, **headers: str) -> Answer:
    """POST as the page does."""
    return ask(port, path, {**POST, **headers}, method="POST", body=body, trust=trust)


def log_in(port: int, password: str, trust: object = None) -> Answer:
    """Send a password as the page does."""
    return post(port, "/login", json.dumps({"password": password}).encode(), trust)


def cookie_of(answer: Answer) -> dict[str, str]:
    """Return the header with the cookie that an answer sets."""
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def basic(password: str) -> dict[str, str]:
    """Return the header that `curl --user me:PASSWORD` sends."""
    return {"Authorization": "Basic " + base64.b64encode(f"me:{password}".encode()).decode()}


class Events:
    """A reader of /api/events."""

    def __init__(self, connection: socket.socket, port: int, **headers: str) -> None:
        """Ask for them."""
        self._file = connection.makefile("rb")
        host = {"Host": f"localhost:{port}"}
        connection.sendall(request("GET", "/api/events", {**host, **headers}))
        self.head = b"".join(iter(self._file.readline, b"\r\n"))

    def __iter__(self) -> Iterator[tuple[str, dict]]:
        """Yield each event's name and data."""
        name = ""
        for line in self._chunks():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))

    def _chunks(self) -> Iterator[str]:
        while size := int(self._file.readline() or b"0", 16):
            yield from self._file.read(size).decode().splitlines()
            self._file.readline()
