"""Status notifications to systemd, by the protocol of sd_notify(3)."""

import os
import socket
from contextlib import suppress

MAX_LENGTH = 300  # characters of a field; systemd refuses messages of more than 4096 bytes
SEND_TIMEOUT_S = 1.0  # a service manager that does not read must not block the camera


def notify(*fields: str) -> None:
    """Send fields, such as "READY=1" or "WATCHDOG=1", to systemd.

    Characters that are not printable become spaces: a line break would begin another field. Does
    nothing if $NOTIFY_SOCKET is not set or the message cannot be delivered.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket, which has no file
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(SEND_TIMEOUT_S)
        sender.sendto("\n".join(map(_printable, fields)).encode(), address)


def notify_ready(frame_interval: float) -> None:
    """Tell systemd that the service has started.

    frame_interval: seconds by which frames are apart at least. The watchdog waits that much longer:
    frames that are rare on purpose are no failure.
    """
    watchdog = os.environ.get("WATCHDOG_USEC", "")
    if watchdog.isdecimal() and frame_interval:
        notify("READY=1", f"WATCHDOG_USEC={int(watchdog) + round(frame_interval * 1e6)}")
    else:
        notify("READY=1")


def _printable(field: str) -> str:
    return "".join(each if each.isprintable() else " " for each in field[:MAX_LENGTH])
