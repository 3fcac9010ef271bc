"""Keep large messages out of memory.

MQTT 3.1.1 has no limit that a client could ask a broker to keep, and paho collects a message whole,
up to 256 MB. So a filter between socket and paho reads the length that stands before each packet,
and throws a packet away that is too long while it arrives.
"""

from collections.abc import Callable
from typing import Any

MAX_PACKET = 256 * 1024  # bytes
# A broker sends no more messages of QoS 1 when some number of them (20 for mosquitto) is not
# confirmed, and those that are thrown away are not. So a new connection is made before.
MAX_SKIPPED = 10
CHUNK, CHUNKS = 64 * 1024, 32  # bytes at a time, and how often before paho may send something
MAX_LENGTH_BYTES = 4  # MQTT 3.1.1, 2.2.3


def limit_incoming(client: Any, on_skipped: Callable[[int], None]) -> None:
    """Make a paho client skip packets above `MAX_PACKET`; on_skipped is called with the size."""
    # paho has no public place for it: its socket cannot be replaced either.
    packets = PacketFilter(client._sock_recv, on_skipped)
    client._sock_recv = packets.receive
    client.on_socket_open = lambda *_: packets.reset()


class PacketFilter:
    """Receives the bytes of a connection without the packets that are too long."""

    def __init__(self, receive: Callable[[int], bytes], on_skipped: Callable[[int], None]) -> None:
        """Filter what `receive` returns.

        receive: as `socket.recv` of a socket that does not block, with the same exceptions.
        """
        self._receive, self._on_skipped = receive, on_skipped
        self.reset()

    def reset(self) -> None:
        """Begin with a new connection."""
        self._header, self._ready = bytearray(), b""
        self._body = self._skip = self._chunks = self._skipped = 0

    def receive(self, size: int) -> bytes:
        """Return 1 to `size` bytes, or none at the end of the connection.

        Raises BlockingIOError if there are none now, and ConnectionAbortedError after
        `MAX_SKIPPED` packets.
        """
        while not (self._ready or self._body):
            data = self._receive(min(self._skip, CHUNK) or 1)
            if not data:
                return b""
            if self._skip:
                self._skip_more(len(data))
            else:
                self._read_header(data)
        if self._ready:
            data, self._ready = self._ready[:size], self._ready[size:]
        else:
            data = self._receive(min(size, self._body))
            self._body -= len(data)
        return data

    def _skip_more(self, count: int) -> None:
        self._skip -= count
        self._chunks += 1
        if self._chunks % CHUNKS == 0:
            raise BlockingIOError  # so that paho sends what is waiting, and comes back

    def _read_header(self, data: bytes) -> None:
        """Take in the next byte of a packet's type and length."""
        self._header += data
        length = self._header[1:]
        if not length or (length[-1] >= 128 and len(length) < MAX_LENGTH_BYTES):
            return
        size = sum((byte & 127) << 7 * i for i, byte in enumerate(length))
        if size > MAX_PACKET:
            self._skip, self._chunks = size, 0
            self._count_skipped(size)
        else:
            self._ready, self._body = bytes(self._header), size
        self._header.clear()

    def _count_skipped(self, size: int) -> None:
        self._on_skipped(size)
        self._skipped += 1
        if self._skipped == MAX_SKIPPED:
            raise ConnectionAbortedError(f"{MAX_SKIPPED} messages are too long")
