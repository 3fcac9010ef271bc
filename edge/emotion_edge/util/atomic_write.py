"""Atomic writes: files appear complete or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_edge.errors import RunError

UNFINISHED = ".unfinished-"  # the names of what a killed process leaves begin so


@contextmanager
def staged_write(folder: Path) -> Iterator[Path]:
    """Yield an empty staging folder; its files move into `folder` if the block succeeds.

    Existing files of the same names are replaced, others stay. If the block fails (for example
    because the disk is full), `folder` stays unchanged. The moves are renames within one file
    system, so they need no space. Raises RunError for an OSError in the block.
    """
    stage, consequence = None, "nothing there was changed"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
        yield stage
        consequence = "some files there have already been replaced"
        for path in sorted(stage.iterdir()):
            path.replace(folder / path.name)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise RunError(f"cannot write to {folder}: {reason}; {consequence}") from error
    finally:
        if stage:
            shutil.rmtree(stage, ignore_errors=True)


def write_durably(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file so that a power cut leaves the old content or the new one; raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(descriptor, mode)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)  # else the rename itself may be lost
    finally:
        os.close(folder)
