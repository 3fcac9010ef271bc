"""Tell systemd how the service does, as sd_notify(3) lays down."""

import os
import socket
from contextlib import suppress

_PATIENCE = 1.0  # seconds: a manager that does not read must not hold up the camera


def notify(text: str) -> None:
    """Send `text`, such as "READY=1" or "WATCHDOG=1", to systemd.

    Without $NOTIFY_SOCKET, or where nobody listens there, nothing happens.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # Linux's abstract sockets, which are no files
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(_PATIENCE)
        sender.sendto(text.encode(), address)
