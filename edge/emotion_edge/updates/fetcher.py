"""Files of a repository by HTTP, with a limit on everything that a server can make endless.

It learns this device's address, and that an emotion-edge asks. Proxies are those of the
environment.
"""

import base64
import io
import re
import string
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException, HTTPResponse
from ssl import SSLContext
from threading import Timer
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urlsplit

from tuf.api.exceptions import (
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    SlowRetrievalError,
)
from tuf.ngclient import FetcherInterface

from emotion_edge.capture.network.http_connections import Http, Https, OpenSockets, Redirects
from emotion_edge.capture.network.tls import make_tls_context
from emotion_edge.updates.address import RepositoryAddress
from emotion_edge.updates.network_problems import connection_words, status_words

PIECE = 1 << 16  # bytes
MAX_METADATA = 1 << 20  # bytes, whatever signed metadata says of other metadata
SLOW = "it comes too slowly, or not at all; try again later"
ENCODED = "it is compressed ({}), although that was not asked for; let the server send it as it is"


@dataclass(frozen=True)
class Pace:
    """How slow a server may be.

    silence: seconds without a byte. patience: seconds for the head of an answer, and for anything
    else; besides these, each `slowest` bytes may take one.
    """

    silence: float = 20.0
    patience: float = 30.0
    slowest: float = 8 * 1024

    def limit(self, length: int) -> float:
        """Return the seconds that so many bytes may take."""
        return self.patience + length / self.slowest


class Fetcher(FetcherInterface):
    """Gives tuf what a repository's server sends.

    base: the repository's address. url: of the last request. received: the latest metadata of each
    role in this run. largest: bytes of any file. on_progress: is called with those that came.
    """

    def __init__(self, address: RepositoryAddress, pace: Pace) -> None:
        """Connect to nothing yet. address: the login of its user is for its own server only."""
        self.base = self.url = address.url
        self.received: dict[str, bytes] = {}
        self.largest = MAX_METADATA
        self.on_progress: Callable[[int], None] = lambda done: None
        self._address, self._pace, self._allowed = address, pace, 0

    @contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        """Yield the file, in memory, because /tmp may be small or full."""
        self.url, self._allowed = url, min(max_length, self.largest)
        content = io.BytesIO()
        for piece in self.fetch(url):
            content.write(piece)
            self.on_progress(content.tell())
        if role := re.search(r"([a-z]+)\.json$", url):
            self.received[role[1]] = content.getvalue()
        content.seek(0)
        yield content

    def _fetch(self, url: str) -> Iterator[bytes]:
        """Yield the pieces of a file; raises DownloadError, which says what is wrong."""
        sockets = OpenSockets()
        try:
            with _ending(sockets, self._pace.patience):
                response = self._open(url, sockets)
            with response, _ending(sockets, self._pace.limit(self._allowed)):
                yield from self._read(response)
                if sockets.closed:
                    raise SlowRetrievalError(SLOW)
                if response.length:  # of the bytes that the server has promised
                    raise DownloadError("the connection broke off; try again later")
        except HTTPError as error:
            error.close()
            raise DownloadHTTPError(status_words(error.code), error.code) from None
        except (OSError, HTTPException, ValueError) as error:
            if sockets.closed:
                raise SlowRetrievalError(SLOW) from None
            raise DownloadError(connection_words(error, self._address)) from None

    def _read(self, response: HTTPResponse) -> Iterator[bytes]:
        coding = response.headers.get("Content-Encoding", "identity")
        if coding.lower() != "identity":
            raise DownloadError(ENCODED.format(coding[:20]))
        length, start = 0, time.monotonic()
        while piece := response.read1(PIECE):
            length += len(piece)
            if length > self._allowed:
                raise DownloadLengthMismatchError(
                    f"it has more than the {self._allowed:,} bytes that are allowed"
                )
            if time.monotonic() - start > self._pace.limit(length):
                raise SlowRetrievalError(SLOW)
            yield piece

    def _open(self, url: str, sockets: OpenSockets) -> Any:
        opener = request.OpenerDirector()
        opener.addheaders = [("User-Agent", "emotion-edge"), ("Accept-Encoding", "identity")]
        for handler in (
            request.ProxyHandler(_proxies()),
            Http(sockets),
            Https(sockets, self._context),
            _Redirects(),
            request.HTTPErrorProcessor(),
            request.HTTPDefaultErrorHandler(),
            request.UnknownHandler(),
        ):
            opener.add_handler(handler)
        wanted = request.Request(quote(url, safe=string.punctuation))  # noqa: S310 - http or https
        if self._address.login:
            login = base64.b64encode(unquote(self._address.login).encode()).decode()
            wanted.add_unredirected_header("Authorization", f"Basic {login}")
        return opener.open(wanted, timeout=self._pace.silence)

    @cached_property
    def _context(self) -> SSLContext:
        return make_tls_context(None)


@contextmanager
def _ending(sockets: OpenSockets, seconds: float) -> Iterator[None]:
    """End the connections if the block takes longer: a timeout of a socket is one between bytes."""
    timer = Timer(seconds, sockets.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _proxies() -> dict[str, str]:
    """Return the environment's proxies by scheme; "all" is for those without one of their own."""
    found = request.getproxies()
    every = {scheme: found["all"] for scheme in ("http", "https") if "all" in found}
    return every | {scheme: found[scheme] for scheme in ("http", "https") if scheme in found}


class _Redirects(Redirects):
    """Follows redirects, but not from TLS to none, which would show what this device fetches."""

    def redirect_request(self, req: request.Request, *answer: Any) -> request.Request | None:
        """Return the next request."""
        new = super().redirect_request(req, *answer)
        if new is None:
            return None
        if new.type not in ("http", "https"):
            raise DownloadError(f"it redirects to {new.type}://, not to a web server")
        _ = urlsplit(new.full_url).port  # raises ValueError for what is none
        if new.type not in (req.type, "https"):
            raise DownloadError("it redirects from https:// to an address without TLS")
        return new
