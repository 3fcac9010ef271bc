"""Answers of a server that are slow, endless or not what they say."""

import gzip
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from tests.edge.updates.server import Answer, send

PIECE = b" " * 65536


def begin(handler: BaseHTTPRequestHandler, **headers: str) -> None:
    """Send the beginning of an answer."""
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def without_end(handler: BaseHTTPRequestHandler) -> None:
    """Send bytes for ever, without a length."""
    begin(handler)
    while True:
        handler.wfile.write(PIECE)


def long_as_promised(handler: BaseHTTPRequestHandler) -> None:
    """Promise a terabyte, and send it."""
    begin(handler, Content_Length=str(10**12))
    while True:
        handler.wfile.write(PIECE)


def chunked(handler: BaseHTTPRequestHandler) -> None:
    """Send chunks for ever."""
    begin(handler, Transfer_Encoding="chunked")
    while True:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(PIECE), PIECE))


def one_chunk(handler: BaseHTTPRequestHandler) -> None:
    """Send one chunk of a terabyte."""
    begin(handler, Transfer_Encoding="chunked")
    handler.wfile.write(b"%x\r\n" % 10**12)
    while True:
        handler.wfile.write(PIECE)


def headers(handler: BaseHTTPRequestHandler) -> None:
    """Send headers for ever."""
    handler.send_response(200)
    handler.flush_headers()
    while True:
        handler.wfile.write(b"X-More: %s\r\n" % (b"x" * 1000))


def long_header(handler: BaseHTTPRequestHandler) -> None:
    """Send a header without an end."""
    handler.send_response(200)
    handler.flush_headers()
    handler.wfile.write(b"X-Long: ")
    while True:
        handler.wfile.write(b"x" * 65536)


def not_yet(handler: BaseHTTPRequestHandler) -> None:
    """Say for ever that the answer comes soon."""
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def no_http(handler: BaseHTTPRequestHandler) -> None:
    """Send anything."""
    while True:
        handler.wfile.write(b"\x00\xff" * 1000)


def redirect_loop(handler: BaseHTTPRequestHandler) -> None:
    """Send the client back to where it asks."""
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def redirects(handler: BaseHTTPRequestHandler) -> None:
    """Send the client to another place each time."""
    handler.send_response(307)
    handler.send_header("Location", f"/{time.monotonic_ns()}")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def endless_redirect(handler: BaseHTTPRequestHandler) -> None:
    """Redirect with a body that has no end."""
    handler.send_response(301)
    handler.send_header("Location", "/elsewhere")
    handler.end_headers()
    while True:
        handler.wfile.write(PIECE)


def endless_error(handler: BaseHTTPRequestHandler) -> None:
    """Fail with a body that has no end."""
    handler.send_response(500)
    handler.end_headers()
    while True:
        handler.wfile.write(PIECE)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then."""
    begin(handler, Content_Length="1000")
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.1)


def drip_of_headers(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte of a header now and then."""
    handler.send_response(200)
    handler.flush_headers()
    while True:
        handler.wfile.write(b"X")
        time.sleep(0.1)


def silence(handler: BaseHTTPRequestHandler) -> None:
    """Send nothing."""
    time.sleep(60)


def bomb(handler: BaseHTTPRequestHandler) -> None:
    """Send a few kilobytes that become a hundred megabytes."""
    send(handler, gzip.compress(bytes(10**8)), Content_Encoding="gzip")


def compressed(content: bytes) -> Answer:
    """Return an answer that compresses what nobody asked to be compressed."""
    return lambda handler: send(handler, gzip.compress(content), Content_Encoding="gzip")


def broken_off(content: bytes, *, chunked: bool) -> Answer:
    """Return an answer that ends before its end."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if chunked:
            begin(handler, Transfer_Encoding="chunked")
            handler.wfile.write(b"%x\r\n%s" % (len(content), content[:-1]))
        else:
            begin(handler, Content_Length=str(len(content)))
            handler.wfile.write(content[:-1])

    return answer


def status(code: int) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return an answer with an error."""
    return lambda handler: handler.send_error(code)
