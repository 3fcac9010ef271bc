"""HTTP from a camera by the standard library, with limits, and an end that another thread can set.

A camera is asked directly, whatever proxy the environment names, because it is in the local network
and its password is for nobody else. Only its own origin gets the login.
"""

import http.client
import socket
import ssl
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from urllib import request
from urllib.error import HTTPError

from emotion_edge import __version__
from emotion_edge.capture.network.address import CameraAddress
from emotion_edge.capture.network.http_login import BasicLogin, DigestLogin
from emotion_edge.capture.network.problems import RefusedError, connection_error, status_error
from emotion_edge.capture.network.tls import make_tls_context

TIMEOUT_S = 10.0  # without a byte
DOWNGRADE = "it redirects from https:// to an address without TLS"
REDIRECTS = "its redirects lead nowhere"


class HttpClient:
    """Asks one camera."""

    def __init__(self, address: CameraAddress, password: str | None, ca_file: Path | None) -> None:
        """password: of the address's user. ca_file: certificates to trust; None: the system's."""
        self.address = address
        self._sockets = _Sockets()
        passwords = request.HTTPPasswordMgrWithDefaultRealm()
        if address.user is not None:
            passwords.add_password(None, f"{address.origin}/", address.user, password or "")
        self._opener = request.OpenerDirector()
        self._opener.addheaders = [("User-Agent", f"emotion-edge/{__version__}")]
        context = make_tls_context(ca_file)
        for handler in (
            _Http(self._sockets),
            _Https(self._sockets, context),
            _Redirect(),
            DigestLogin(passwords),
            BasicLogin(passwords),
            request.HTTPErrorProcessor(),
            request.HTTPDefaultErrorHandler(),
            request.UnknownHandler(),
        ):
            self._opener.add_handler(handler)

    def get(self, url: str) -> Any:
        """Return the response, whose `url` is where redirects have led; raises CameraError."""
        try:
            return self._opener.open(url, timeout=TIMEOUT_S)
        except HTTPError as error:
            with error:
                if 300 <= error.code < 400:
                    raise RefusedError(
                        "its redirects lead nowhere", "correct the address"
                    ) from None
                raise status_error(error.code, self.address) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise connection_error(error, self.address) from None

    def abort(self) -> None:
        """Let whatever another thread reads or opens fail now."""
        self._sockets.close()


class _Sockets:
    """The open sockets, so that another thread can end them."""

    def __init__(self) -> None:
        self._lock, self._closed = Lock(), False
        self._open: list[socket.socket] = []

    def add(self, new: socket.socket) -> None:
        with self._lock:
            self._open = [each for each in self._open if each.fileno() >= 0] + [new]
            if self._closed:
                self._end(new)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for each in self._open:
                self._end(each)

    def _end(self, each: socket.socket) -> None:
        with suppress(OSError):  # it is not connected any more
            # Not its own method: that of a TLS socket would change what the other thread uses.
            socket.socket.shutdown(each, socket.SHUT_RDWR)


class _Connection(http.client.HTTPConnection):
    def __init__(self, sockets: _Sockets, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sockets = sockets

    def connect(self) -> None:
        super().connect()
        self._sockets.add(self.sock)


class _TlsConnection(_Connection):
    def __init__(self, sockets: _Sockets, context: ssl.SSLContext, *args: Any, **more: Any) -> None:
        super().__init__(sockets, *args, **more)
        self._context = context

    def connect(self) -> None:
        super().connect()
        self.sock = self._context.wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        self._sockets.add(self.sock)  # the camera may stall in the handshake
        self.sock.do_handshake()


class _Http(request.HTTPHandler):
    def __init__(self, sockets: _Sockets) -> None:
        super().__init__()
        self._sockets = sockets

    def http_open(self, req: request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Connection, self._sockets), req)


class _Https(request.AbstractHTTPHandler):
    def __init__(self, sockets: _Sockets, context: ssl.SSLContext) -> None:
        super().__init__()
        self._make = partial(_TlsConnection, sockets, context)

    def https_open(self, req: request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._make, req)

    https_request = request.AbstractHTTPHandler.do_request_


class _Redirect(request.HTTPRedirectHandler):
    """Follows redirects, but not from TLS to none."""

    max_redirections = 5

    def redirect_request(self, req: request.Request, *answer: Any) -> request.Request | None:
        """Return the next request."""
        new = super().redirect_request(req, *answer)
        if new is not None and req.type == "https" and new.type != "https":
            raise RefusedError(DOWNGRADE, "give that address, if it is to be read without TLS")
        return new
