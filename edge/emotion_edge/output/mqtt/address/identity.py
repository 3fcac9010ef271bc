"""Who this device is to a broker, and that it is there only once."""

import errno
import socket

from emotion_edge.system.device import device_digest, digest


def client_id(prefix: str, *distinction: str) -> str:
    """Return an MQTT client identifier that is the same at each start of this device.

    distinction: of two that a device needs for one prefix.

    A broker ends the old connection of a client that comes back with the same identifier, even if
    it has not noticed yet that the connection is dead. 23 letters and digits are what every broker
    accepts (MQTT 3.1.1, 3.1.3.1).
    """
    return f"emotion{device_digest(prefix, *distinction)[:16]}"


class PrefixTakenError(OSError):
    """Another process of this computer has the prefix on that broker."""


class PrefixLock:
    """Held by one process of this computer at a time, for a broker and a prefix.

    The kernel releases it when the process ends, however it ends. name: of the lock, for `ss`.
    """

    def __init__(self, broker: str, prefix: str) -> None:
        """Prepare the lock of a prefix on a broker; it is not held yet."""
        # A socket without a file (unix(7), abstract): it needs no folder that all users share.
        self.name = f"emotion-edge-{digest(broker, prefix)[:32]}"
        self._socket: socket.socket | None = None

    def acquire(self) -> bool:
        """Return whether this process has the lock now."""
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            holder.bind(f"\0{self.name}")
        except OSError as error:
            holder.close()
            # A system without such sockets has no lock.
            return error.errno != errno.EADDRINUSE
        self._socket = holder
        return True

    def release(self) -> None:
        """Let another process have it."""
        if self._socket:
            self._socket.close()
            self._socket = None
