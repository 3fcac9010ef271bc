"""What tells this device from others. It never leaves the device as it is, machine-id(5)."""

import hashlib
import socket
from pathlib import Path

MACHINE_ID = Path("/etc/machine-id")


def device_digest(*distinction: str) -> str:
    """Return a SHA-256 that is the same at each start of this device, in hexadecimal digits.

    distinction: what it is for, so that nobody can tell that two of them are of one device.
    """
    try:
        machine = MACHINE_ID.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        machine = ""
    # The host name as well, because copies of an SD card share the machine's id.
    return digest(machine, socket.gethostname(), *distinction)


def digest(*parts: str) -> str:
    """Return the SHA-256 of texts, in hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
