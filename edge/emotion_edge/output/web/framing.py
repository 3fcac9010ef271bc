"""How long a request is: one plain number, or nothing.

Chunked requests are refused. Nobody here needs them, and where one ends is what servers and proxies
have disagreed about most; some versions of tornado took garbage for a length.
"""

import re
from collections.abc import Awaitable

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)

_BAD = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_LENGTH = re.compile("[0-9]{1,12}")


class FramingCheck(HTTPMessageDelegate):
    """Looks at a request's headers before anything of its body is read."""

    def __init__(self, delegate: HTTPMessageDelegate, connection: HTTP1Connection) -> None:
        """delegate: receives what passes. connection: the request's."""
        self._delegate, self._connection = delegate, connection

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Pass the headers on; answer by 400 and end the connection if the length is not clear."""
        lengths = headers.get_list("Content-Length")
        clear = not lengths or (len(lengths) == 1 and _LENGTH.fullmatch(lengths[0]))
        if "Transfer-Encoding" in headers or not clear:
            stream = self._connection.detach()  # so that nothing reads on
            stream.write(_BAD)
            stream.close()
            return None
        return self._delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Pass a part of the body on."""
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        """Pass the end on."""
        self._delegate.finish()

    def on_connection_close(self) -> None:
        """Pass on that the client has gone."""
        self._delegate.on_connection_close()
