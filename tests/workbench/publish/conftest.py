"""A publisher, a real web server on loopback, and devices."""

import functools
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import pytest

from tests.workbench.publish.publisher import Device, Publisher


class _Silent(SimpleHTTPRequestHandler):
    """Serve files and log nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def empty(tmp_path: Path) -> Publisher:
    """A publisher who has made nothing yet."""
    return Publisher(tmp_path)


@pytest.fixture
def publisher(empty: Publisher) -> Publisher:
    """A publisher with keys and an empty repository."""
    empty.does("init")
    return empty


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address at which a web server serves `tmp_path`."""
    handler = functools.partial(_Silent, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def enrol(publisher: Publisher, url: str, tmp_path: Path) -> Callable[..., Device]:
    """A function that enrols another device, by the first root or a later one."""
    numbers = count(1)

    def enrol_one(version: int = 1) -> Device:
        root = publisher.root_file(version).read_bytes()
        return Device(tmp_path / f"device-{next(numbers)}", f"{url}/models", root)

    return enrol_one
