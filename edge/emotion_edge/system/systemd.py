"""Status notifications to systemd, by the protocol of sd_notify(3)."""

import os
import socket
from contextlib import suppress

SEND_TIMEOUT_S = 1.0  # a service manager that does not read must not block the camera


def notify(text: str) -> None:
    """Send `text`, such as "READY=1" or "WATCHDOG=1", to systemd.

    Does nothing if $NOTIFY_SOCKET is not set or the message cannot be delivered.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket, which has no file
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(SEND_TIMEOUT_S)
        sender.sendto(text.encode(errors="backslashreplace"), address)
