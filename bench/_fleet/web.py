"""A static web server on this machine that counts what it sends."""

import threading
from collections import Counter
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self


class CountingServer:
    """Serves a folder while it is open. requests, sent: how many, and bytes with headers, by kind.

    A kind is the folder below the served one, "metadata" or "targets".
    """

    def __init__(self, folder: Path) -> None:
        """Listen on a free port. folder: that is served."""
        self.requests, self.sent = Counter[str](), Counter[str]()
        self._lock = threading.Lock()
        handler = partial(_Handler, note=self._note, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.request_queue_size = 128
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def _note(self, path: str, sent: int) -> None:
        kind = path.strip("/").partition("/")[0]
        with self._lock:
            self.requests[kind] += 1
            self.sent[kind] += sent

    def __enter__(self) -> Self:
        """Start to serve."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop to serve."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, note: Any, **options: Any) -> None:
        self._note = note
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        stream: Any = _CountingStream(self.wfile)
        self.wfile = stream
        super().do_GET()
        self._note(self.path, stream.count)

    def log_message(self, *arguments: object) -> None:
        """Stay silent."""


class _CountingStream:
    def __init__(self, stream: Any) -> None:
        self._stream, self.count = stream, 0

    def write(self, content: bytes) -> int:
        self.count += len(content)
        return int(self._stream.write(content))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
