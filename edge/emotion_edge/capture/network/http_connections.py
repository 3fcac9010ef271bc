"""Handlers for urllib whose HTTP connections another thread can end, whatever the server does.

A timeout of a socket is one between two bytes. A server that sends a byte a second, or header after
header, never meets it.
"""

import http.client
import socket
import ssl
from contextlib import suppress
from functools import partial
from http.client import HTTPMessage
from io import BytesIO
from threading import Lock
from typing import IO, Any
from urllib import request
from urllib.parse import urlsplit


class OpenSockets:
    """The open sockets, so that another thread can end them."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock, self._closed = Lock(), False
        self._open: list[socket.socket] = []

    @property
    def closed(self) -> bool:
        """Whether they were ended."""
        return self._closed

    def add(self, new: socket.socket) -> None:
        """Remember a socket, or end it if all are to end."""
        with self._lock:
            self._open = [each for each in self._open if each.fileno() >= 0] + [new]
            if self._closed:
                self._end(new)

    def close(self) -> None:
        """Let whatever another thread reads or opens fail now."""
        with self._lock:
            self._closed = True
            for each in self._open:
                self._end(each)

    def _end(self, each: socket.socket) -> None:
        with suppress(OSError):  # it is not connected any more
            # Not its own method: that of a TLS socket would change what the other thread uses.
            socket.socket.shutdown(each, socket.SHUT_RDWR)


class _Connection(http.client.HTTPConnection):
    def __init__(self, sockets: OpenSockets, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sockets = sockets

    def connect(self) -> None:
        super().connect()
        self._sockets.add(self.sock)


class _TlsConnection(_Connection):
    def __init__(
        self, sockets: OpenSockets, context: ssl.SSLContext, *args: Any, **more: Any
    ) -> None:
        super().__init__(sockets, *args, **more)
        self._context, self._server = context, self.host

    def set_tunnel(self, host: str, *arguments: Any, **options: Any) -> None:
        super().set_tunnel(host, *arguments, **options)
        self._server = urlsplit(f"//{host}").hostname or host  # not the proxy's name

    def connect(self) -> None:
        super().connect()
        self.sock = self._context.wrap_socket(
            self.sock, server_hostname=self._server, do_handshake_on_connect=False
        )
        self._sockets.add(self.sock)  # the server may stall in the handshake
        self.sock.do_handshake()


class Http(request.HTTPHandler):
    """Opens http:// addresses."""

    def __init__(self, sockets: OpenSockets) -> None:
        """sockets: gets those that are opened."""
        super().__init__()
        self._sockets = sockets

    def http_open(self, req: request.Request) -> http.client.HTTPResponse:
        """Return the response."""
        return self.do_open(partial(_Connection, self._sockets), req)


class Https(request.AbstractHTTPHandler):
    """Opens https:// addresses."""

    def __init__(self, sockets: OpenSockets, context: ssl.SSLContext) -> None:
        """sockets: gets those that are opened. context: whom TLS trusts."""
        super().__init__()
        self._make = partial(_TlsConnection, sockets, context)

    def https_open(self, req: request.Request) -> http.client.HTTPResponse:
        """Return the response."""
        return self.do_open(self._make, req)

    https_request = request.AbstractHTTPHandler.do_request_


class Redirects(request.HTTPRedirectHandler):
    """Follows a few redirects, and reads nothing of what comes with them, which may be endless."""

    max_redirections = 5

    def http_error_302(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """Return the response that the redirect leads to."""
        fp.close()
        return super().http_error_302(req, BytesIO(), code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302
