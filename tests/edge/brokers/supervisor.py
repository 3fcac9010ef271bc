"""A server that answers as Home Assistant's supervisor does when an app asks it for a broker."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TOKEN = "the token of the app"


class Supervisor:
    """Answers each request with one status and one JSON value, while it is open."""

    def __init__(self, answer: Any, status: int = 200) -> None:
        """Listen on a free port of this computer."""
        self.requests: list[tuple[str, str | None]] = []  # path and Authorization
        heard, body = self.requests, json.dumps(answer).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append((self.path, self.headers["Authorization"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """What the supervisor gives an app, and where this one listens."""
        url = f"http://127.0.0.1:{self._server.server_port}"
        return {"SUPERVISOR_API": url, "SUPERVISOR_TOKEN": TOKEN}


def offer(**service: object) -> dict[str, object]:
    """Return the supervisor's answer that describes a broker."""
    data = {"addon": "core_mosquitto", "host": "localhost", "protocol": "3.1.1", **service}
    return {"result": "ok", "data": data}


NO_BROKER = {"result": "error", "message": "Service not enabled"}
