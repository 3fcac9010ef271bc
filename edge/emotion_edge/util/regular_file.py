"""Read a small file whole, whatever stands at its path."""

import errno
import os
import stat
from pathlib import Path


def read_regular_file(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file of at most `limit` bytes.

    Raises OSError whose strerror says why, also for a folder, a pipe, a device or a larger file. It
    never waits for a writer, and never holds more than one byte above the limit.
    """
    try:
        check_regular(path.stat())  # before opening: that alone can do something to a device
    except ValueError as error:  # a null byte in the name, or a character that no name can have
        raise OSError(errno.EINVAL, str(error)) from None
    # A pipe that took the file's place since then would otherwise wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        check_regular(os.fstat(descriptor))
        content = file.read(limit + 1) or b""  # None where nothing can be read now
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes")
    return content


def check_regular(status: os.stat_result) -> None:
    """Raise OSError, whose strerror says why, unless `status` is that of a regular file."""
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe, a device or a socket, not a file")
