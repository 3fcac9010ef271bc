"""Read files that must be regular: opening a named pipe or a device could wait for ever."""

import os
import stat
from pathlib import Path


def read_regular_file(path: Path, limit: int) -> bytes:
    """Return a file's content; raises OSError unless it is a regular file of at most `limit` bytes.

    Never blocks on a named pipe or a device.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "not a regular file", str(path))
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(0, f"larger than {limit} bytes", str(path))
    return content
