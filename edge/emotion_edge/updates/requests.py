"""What the daemon asks for by a file in its own folder, because it may not update by itself.

The daemon belongs to a user with fewer rights than the one who reads this, so whoever has taken
over the daemon may put anything there. At most they get an update that the repository's keys have
signed for this device.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Literal

from emotion_edge.errors import RunError

REQUEST = "update-request"
MAX_BYTES = 64
Request = Literal["check", "install"]


def take_request(folder: Path) -> Request | None:
    """Return what the file asks for, and remove it first; None if there is none.

    Raises RunError if it is anything else. Its content is not repeated: a link may have led to a
    file that only root may read.
    """
    path = folder / REQUEST
    try:
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunError(f"{folder}: cannot open the folder: {error.strerror}") from None
    try:
        content = _take(directory)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunError(f"{path}: cannot take the request: {error.strerror}") from None
    finally:
        os.close(directory)
    for known in ("check", "install"):
        if content.strip() == known.encode():
            return known
    raise RunError(f"{path}: asks neither to check nor to install; it was removed")


def _take(directory: int) -> bytes:
    """Remove the file, and return what was in it; b"" for what is no small plain file."""
    descriptor = None
    # Not following a link, and not waiting for the writer of a pipe.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        with suppress(OSError):
            if stat.S_ISREG(os.stat(REQUEST, dir_fd=directory, follow_symlinks=False).st_mode):
                descriptor = os.open(REQUEST, flags, dir_fd=directory)
        os.unlink(REQUEST, dir_fd=directory)
        if descriptor is None or not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        content = os.read(descriptor, MAX_BYTES + 1)
        return content if len(content) <= MAX_BYTES else b""
    finally:
        if descriptor is not None:
            os.close(descriptor)
