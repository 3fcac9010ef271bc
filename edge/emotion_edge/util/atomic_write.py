"""Files that appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_edge.errors import RunError


@contextmanager
def staged_write(folder: Path) -> Iterator[Path]:
    """Yield an empty folder; what is written there moves into `folder` when the block succeeds.

    Files of the same names are replaced, others stay. When the block fails (a full disk, say)
    `folder` keeps what it had. The moves are renames on one file system, so none can run out of
    space. Raises RunError for an OSError in the block.
    """
    stage, changed = None, "nothing there was changed"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        yield stage
        changed = "some files there are already the new ones"
        for path in sorted(stage.iterdir()):
            path.replace(folder / path.name)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise RunError(f"cannot write to {folder}: {reason}; {changed}") from error
    finally:
        if stage:
            shutil.rmtree(stage, ignore_errors=True)
