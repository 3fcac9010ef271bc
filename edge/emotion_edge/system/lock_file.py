"""Locks that are files: the kernel releases them when a process ends, however it ends."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.02
PATIENCE_S = 2.0  # who only looks whether a lock is held has it for microseconds


@contextmanager
def hold(path: Path, *, mode: int = 0o600, patience: float = PATIENCE_S) -> Iterator[None]:
    """Hold a lock; raises BlockingIOError if another process keeps it, OSError for the file.

    mode: who may look whether it is held. patience: seconds.
    """
    deadline = time.monotonic() + patience
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        os.fchmod(descriptor, mode)
        while not _taken(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise BlockingIOError(errno.EAGAIN, "another process keeps it", str(path))
            time.sleep(_POLL_S)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Return whether a process holds a lock; False if that cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _taken(descriptor, fcntl.LOCK_SH)
    except OSError:  # the file system has no locks
        return False
    finally:
        os.close(descriptor)


def _taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
