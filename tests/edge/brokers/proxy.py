"""A TCP proxy between the daemon and a broker, for connections that break, hang or are slow."""

import select
import socket
import threading
import time
from contextlib import suppress
from typing import Self

from tests.edge.brokers.mosquitto import PREFIX


class Proxy:
    """Forwards connections to a port of this machine while it is open."""

    def __init__(self, target: int, *, delay: float = 0.0) -> None:
        """target: the port. delay: seconds that everything from there takes longer."""
        self._target, self._delay = target, delay
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._frozen = threading.Event()
        self.refuses = self._closed = False
        self.accepted = 0

    @property
    def url(self) -> str:
        """The value for --to."""
        return f"mqtt://localhost:{self.port}/{PREFIX}"

    def __enter__(self) -> Self:
        """Start to accept connections."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Close everything."""
        self._closed = True
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """End all connections; new ones are accepted."""
        for pair in self._pairs:
            for each in pair:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def freeze(self) -> None:
        """Forward nothing more, not even the end of a connection, as after a power cut."""
        self._frozen.set()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client = self._server.accept()[0]
            except OSError:
                return
            self.accepted += 1
            if self.refuses:
                client.close()
                continue
            broker = socket.create_connection(("127.0.0.1", self._target))
            self._pairs.append((client, broker))
            threading.Thread(target=self._forward, args=(client, broker), daemon=True).start()

    def _forward(self, client: socket.socket, broker: socket.socket) -> None:
        with suppress(OSError):
            while not self._frozen.is_set():
                for source in select.select([client, broker], [], [], 0.2)[0]:
                    time.sleep(self._delay if source is broker else 0)
                    data = source.recv(65536)
                    if self._frozen.is_set():
                        return
                    if not data:
                        raise ConnectionError
                    (broker if source is client else client).sendall(data)
        if not self._frozen.is_set():
            client.close()
            broker.close()
