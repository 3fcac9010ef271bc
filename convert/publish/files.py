"""Write files whole or not at all, even in a power cut, and let one process write at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_edge.util.atomic_write import staged_write

SERVED, SECRET = 0o644, 0o600
_UNFINISHED = ".unfinished-*"  # what `staged_write` leaves if it is killed


def write_durably(path: Path, content: bytes, mode: int = SERVED) -> None:
    """Write a file that is on the disk, whole, when this returns; until then the former one is."""
    with staged_write(path.parent) as stage:
        # The mode is given here, because chmod fails on the file systems of many USB sticks.
        descriptor = os.open(stage / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the renames in a folder survive a power cut, before anything refers to the files."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Wait until no other process writes to a folder, then keep them out.

    The lock is the folder's own, so that no file of it is served, and ends with the process.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another publish is at work in {folder}: waiting for it", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process has left; only the sole writer may call this."""
    for stage in folder.glob(_UNFINISHED):
        shutil.rmtree(stage, ignore_errors=True)
