"""A daemon with a page."""

import http.client
import json
from collections.abc import Callable
from pathlib import Path

from tests.edge.brokers.mosquitto import free_port
from tests.edge.daemon import Daemon
from tests.edge.waiting import until

COMPACT = Path(__file__).parents[5] / "models" / "emotion-compact.tflite"
# The shipped model on the faces that are found; later options replace the daemon's own.
FACES = ("--model", COMPACT, "--faces", "on", "--face-threshold", 0.7)
NETWORK = ("net::ERR_", "Failed to load resource")  # the console's words while the daemon is away


class Site:
    """A daemon that serves a page at `url`."""

    def __init__(self, start: Callable[..., Daemon], *options: object) -> None:
        """Start it. options: of `emotion-edge run`."""
        self._start, self._options, self.port = start, options, free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.daemon = self.start()

    def start(self, *options: object) -> Daemon:
        """Start the daemon again at the same address; options come after the earlier ones."""
        web = ("--web", f"127.0.0.1:{self.port}")
        self.daemon = self._start(*self._options, *web, *options)
        until(self._shows_frames, "a frame on the page")
        return self.daemon

    def get(self, path: str) -> dict:
        """Return the JSON that an address of a page without a password answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def _shows_frames(self) -> bool:
        assert self.daemon.process.poll() is None, self.daemon.stderr
        try:
            return self.get("/healthz")["status"] != "starting"
        except OSError:
            return False
