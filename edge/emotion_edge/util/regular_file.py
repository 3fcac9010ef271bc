"""Read files whose names come from outside, and which may be anything."""

import errno
import os
import stat
from pathlib import Path


def read_regular_file(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file.

    Raises OSError, whose `strerror` is the reason, also if it is larger than `max_bytes` or no
    regular file. A named pipe is not waited for: a program that waits there hears no signal.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:  # a null byte in the name, or a character that no name can have
        raise OSError(errno.EINVAL, str(error)) from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        content = b"" if status.st_size > max_bytes else file.read(max_bytes + 1)
        if max(status.st_size, len(content)) > max_bytes:
            raise OSError(errno.EFBIG, f"larger than {max_bytes:,} bytes")
        return content
