"""A camera that is asked by HTTP: a real server on this computer, whose answers a test chooses."""

import hashlib
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, Self

import numpy as np
from PIL import Image

from tests.edge.pictures import COLOURS, solid

USER, SECRET = "ad min", "p@ss:w/ö#?"
BOUNDARY = "frame"
Answer = Callable[[Any], None]


def jpeg(colour: str | int) -> bytes:
    """Return a JPEG of a colour, or of a level of grey."""
    pixels = solid(colour) if colour in COLOURS else np.full((48, 64, 3), colour, np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


class HttpCamera:
    """The server. Use it as a context; at its end all its connections break."""

    def __init__(self, answer: Answer, *, port: int = 0, certificate: Any = None) -> None:
        """answer: called with the request's handler. certificate: (file, key)."""
        self.requests: list[tuple[str, str | None]] = []  # path and Authorization
        self.broken = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.requests.append((self.path, self.headers.get("Authorization")))
                self.camera = camera
                answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = _Server(("127.0.0.1", port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.broken.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, path: str = "/video", login: str = "", scheme: str = "http") -> str:
        """Return the address of a path."""
        return f"{scheme}://{login}localhost:{self.port}{path}"


class _Server(ThreadingHTTPServer):
    daemon_threads, block_on_close = True, False

    def handle_error(self, *_: object) -> None:
        """Clients break connections; that is no news."""


def send(handler: Any, kind: str, body: bytes, status: int = 200, **headers: str) -> None:
    """Answer with a whole body."""
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def picture(colour: str | int = "red") -> Answer:
    """Answer each request with one picture."""
    return lambda handler: send(handler, "image/jpeg", jpeg(colour))


def multipart(pictures: Callable[[], Iterator[bytes]], kind: str = "") -> Answer:
    """Answer with MJPEG, as cameras send it."""

    def answer(handler: Any) -> None:
        handler.send_response(200)
        kinds = kind or f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        handler.send_header("Content-Type", kinds)
        handler.end_headers()
        for each in pictures():
            if handler.camera.broken.is_set():
                return
            head = (
                f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(each)}\r\n\r\n"
            )
            handler.wfile.write(head.encode() + each + b"\r\n")

    return answer


def numbered(interval: float = 0.02, count: int = 10**6, first: int = 0) -> Callable:
    """Pictures whose level of grey is 5 x their number, modulo 250."""

    def pictures() -> Iterator[bytes]:
        for i in range(first, first + count):
            yield jpeg(i * 5 % 250)
            time.sleep(interval)

    return pictures


def asks_basic(then: Answer) -> Answer:
    """Ask for a login by basic authentication before `then`."""

    def answer(handler: Any) -> None:
        given = (handler.headers.get("Authorization") or "").removeprefix("Basic ")
        if given and b64decode(given).decode() == f"{USER}:{SECRET}":
            then(handler)
        else:
            send(handler, "text/html", b"no", 401, WWW_Authenticate='Basic realm="camera"')

    return answer


def asks_digest(then: Answer, algorithm: str = "MD5", qop: str = 'qop="auth"') -> Answer:
    """Ask for a login by digest authentication (RFC 7616) before `then`; offer basic as well."""
    challenge = f'Digest realm="camera", nonce="n1", algorithm={algorithm}, {qop}'

    def digest(text: str) -> str:
        return hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest()

    def expected(given: dict[str, str], path: str) -> str:
        secret, what = digest(f"{USER}:camera:{SECRET}"), digest(f"GET:{path}")
        middle = f"n1:{given['nc']}:{given['cnonce']}:auth" if qop else "n1"
        return digest(f"{secret}:{middle}:{what}")

    def answer(handler: Any) -> None:
        header = handler.headers.get("Authorization") or ""
        parts = (each.partition("=") for each in header.removeprefix("Digest ").split(", "))
        given = {name: value.strip('"') for name, _, value in parts}
        if header.startswith("Digest ") and given["response"] == expected(given, handler.path):
            return then(handler)
        handler.send_response(401)
        handler.send_header("WWW-Authenticate", 'Basic realm="camera"')
        handler.send_header("WWW-Authenticate", challenge)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer
