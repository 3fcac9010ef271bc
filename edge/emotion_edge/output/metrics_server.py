"""A small HTTP server for metrics, which clients cannot keep busy."""

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from emotion_edge.output.host_rules import HostRules
from emotion_edge.util.address import Address

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

MAX_CONNECTIONS = 16  # at once; Prometheus needs one
TIMEOUT_S = 5.0  # of a connection as a whole; a scrape takes milliseconds
MAX_REQUEST_BYTES = 16_384  # Prometheus sends some hundred


class MetricsServer(ThreadingMixIn, WSGIServer):
    """Answers each connection in a thread; a new one pushes out the oldest if there are too many.

    A connection ends after `TIMEOUT_S` seconds, whatever its client sends or does not read.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: Address, application: Application) -> None:
        """Listen on an address; raises OSError or, for an impossible host name, UnicodeError."""
        self._open: dict[socket.socket, float] = {}
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self.address_family = found[0][0]
        super().__init__(cast("tuple[str, int]", found[0][4]), _Handler)
        own = Address(*self.server_address[:2])  # type: ignore[arg-type]
        self.set_app(_for_own_names(application, own.host) if own.is_local else application)

    def server_bind(self) -> None:
        """Bind without HTTPServer's search for the host's name, which waits for a dead DNS."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection."""
        while len(self._open) >= MAX_CONNECTIONS:
            self._end(next(iter(self._open)))
        self._open[request] = time.monotonic()
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        """Close a connection that was answered or ended."""
        self._open.pop(request, None)
        super().close_request(request)

    def service_actions(self) -> None:
        """End connections that are too old; the main loop calls this twice a second."""
        now = time.monotonic()
        for request, start in list(self._open.items()):
            if now - start > TIMEOUT_S:
                self._end(request)

    def _end(self, request: socket.socket) -> None:
        """Wake a connection's thread, which then closes it."""
        self._open.pop(request, None)
        with suppress(OSError):  # closed at this very moment
            request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that go away."""


def _for_own_names(application: Application, host: str) -> Application:
    """Return an application that refuses requests by another name than this computer's.

    Else a web site could read the answers, if its name stands for this address (DNS rebinding).
    host: the loopback address. At others, whoever reaches them may read.
    """
    rules = HostRules(())

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if rules.allows([environ.get("HTTP_HOST", "")], host):
            return application(environ, start)
        start("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"ask for the metrics by localhost, or by this computer's name\n"]

    return answer


class _Handler(WSGIRequestHandler):
    def setup(self) -> None:
        super().setup()
        self.rfile = cast("Any", _Bounded(self.rfile))

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


class _Bounded:
    """Reads lines until `MAX_REQUEST_BYTES` have been read."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._left = stream, MAX_REQUEST_BYTES

    def readline(self, size: int = MAX_REQUEST_BYTES) -> bytes:
        line = bytes(self._stream.readline(min(size, self._left)))
        self._left -= len(line)
        return line

    def close(self) -> None:
        self._stream.close()
