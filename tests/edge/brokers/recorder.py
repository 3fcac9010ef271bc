"""A server that records whatever is sent to it, and never answers."""

import socket
import threading
from typing import Self


class Recorder:
    """Listens on a free port of this machine while its context manager is open."""

    def __enter__(self) -> Self:
        """Start to listen."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.connections, self.heard = 0, b""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop to listen."""
        self._server.close()

    def _accept(self) -> None:
        try:
            while True:
                connection, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._record, args=(connection,), daemon=True).start()
        except OSError:  # closed
            return

    def _record(self, connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(4096):
                self.heard += data
