"""The lock of the folder of installed models: held while one is installed, and on trial.

The kernel releases it when the process ends, however it ends.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_edge.errors import RunError, UserError

LOCK = "lock"
_LOCK_S = 2.0  # a daemon that looks whether the lock is free holds it for microseconds


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other process change the folder; raises RunError if one does, or UserError."""
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o755)  # whatever the umask is: the daemon's user reads there
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        os.fchmod(descriptor, 0o644)
    except OSError as error:
        raise _not_writable(folder, error) from None
    try:
        if not _take(descriptor, time.monotonic() + _LOCK_S):
            raise RunError(f"{folder}: another process installs a model", "try again later")
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _not_writable(folder: Path, error: OSError) -> Exception:
    if isinstance(error, PermissionError):
        return UserError(f"{folder}: only its owner may write there", "call it by sudo")
    return RunError(f"{folder}: cannot write there: {error.strerror}")


def is_locked(folder: Path) -> bool:
    """Return whether a process that installs a model is alive."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
