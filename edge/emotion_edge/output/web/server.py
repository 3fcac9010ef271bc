"""The web server: a thread with a loop of its own, which clients cannot keep busy."""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Container
from contextlib import suppress
from typing import Any, cast

from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPConnection, HTTPMessageDelegate
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import Application

from emotion_edge.errors import RunError
from emotion_edge.output.web.framing import FramingCheck
from emotion_edge.util.address import Address

MAX_CONNECTIONS = 100  # of clients that do not watch
MAX_HEADER_BYTES, MAX_BODY_BYTES, MAX_BUFFER_BYTES = 16_384, 16_384, 1 << 20
IDLE_TIMEOUT_S, BODY_TIMEOUT_S, END_TIMEOUT_S = 20.0, 10.0, 1.0
# What the kernel holds for a viewer who does not read, and how long for one who has vanished.
SEND_BUFFER_BYTES, VANISHED_MS = 65_536, 20_000
log = logging.getLogger(__name__)


class BoundedServer(HTTPServer):
    """Pushes the oldest connection out if there are too many.

    Those of clients that watch do not count: they are limited elsewhere.
    """

    def begin(self, sockets: list[socket.socket], watching: Container[object]) -> None:
        """Accept connections. watching: the streams of those who watch."""
        self._watching = watching
        self._open: dict[IOStream, None] = {}
        self.add_sockets(sockets)

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Begin with a new connection."""
        others = [each for each in self._open if each not in self._watching]
        if len(others) >= MAX_CONNECTIONS:
            others[0].close()
        with suppress(OSError):
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, VANISHED_MS)
        self._open[stream] = None
        super().handle_stream(stream, address)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Check each request's length."""
        delegate = super().start_request(server_conn, request_conn)
        return FramingCheck(delegate, cast("HTTP1Connection", request_conn))

    def on_close(self, server_conn: Any) -> None:
        """Forget a connection."""
        self._open.pop(server_conn.stream, None)
        super().on_close(server_conn)


class Server:
    """Serves an application on a thread of its own."""

    def __init__(
        self,
        address: Address,
        application: Application,
        context: ssl.SSLContext | None,
        watching: Container[object],
    ) -> None:
        """context: for TLS. watching: see `BoundedServer`."""
        self._address, self._watching = address, watching
        self._server = BoundedServer(
            application,
            ssl_options=context,
            max_header_size=MAX_HEADER_BYTES,
            max_body_size=MAX_BODY_BYTES,
            max_buffer_size=MAX_BUFFER_BYTES,
            idle_connection_timeout=IDLE_TIMEOUT_S,
            body_timeout=BODY_TIMEOUT_S,
        )
        self._loop, self._stop = asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """Listen and serve; raises RunError if nobody can listen there."""
        for name in ("tornado.general", "tornado.access"):
            logging.getLogger(name).setLevel(logging.ERROR)  # clients must not fill the log
        try:
            self._sockets = bind_sockets(self._address.port, self._address.host)
        except (OSError, UnicodeError) as error:  # UnicodeError: not a valid host name
            reason = getattr(error, "strerror", None) or "not a host name"
            raise RunError(f"--web {self._address}: cannot listen there: {reason}") from None
        self._thread.start()
        scheme = "https" if self._server.ssl_options else "http"
        log.info("the page: %s://%s/", scheme, self._address)

    def renew(self, context: ssl.SSLContext | None) -> None:
        """Take another context for new connections; any thread may do so."""
        # Loading into the present one would change its certificate before its key is looked at.
        self._server.ssl_options = context

    def stop(self) -> None:
        """End all connections, and the thread."""
        self.call(self._stop.set)
        self._thread.join(2 * END_TIMEOUT_S)

    def call(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function on the server's thread, unless that has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    def _run(self) -> None:
        try:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._serve())
        except Exception:
            log.exception("--web: internal error: the page is not served any more")

    async def _serve(self) -> None:
        self._server.begin(self._sockets, self._watching)
        await self._stop.wait()
        self._server.stop()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._server.close_all_connections(), END_TIMEOUT_S)
