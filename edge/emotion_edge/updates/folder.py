"""The folder of installed models, while an update works in it."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from emotion_edge.errors import RunError, UserError
from emotion_edge.model.store.lock import make_folder
from emotion_edge.output.mqtt.updates.state_file import RUNNING
from emotion_edge.system.lock_file import hold

METADATA = "metadata"
_STAGE = ".unfinished-update-"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def working_in(models: Path) -> Iterator[Path]:
    """Yield an empty folder for what is not finished, in `models`; it is removed at the end.

    One process works there at a time. Raises RunError if another does, and what `disk_errors` does.
    """
    with disk_errors(models):
        make_folder(models)
        with _locked(models), _stage(models) as stage:
            yield stage


@contextmanager
def disk_errors(models: Path, outcome: str = "the model in use stays") -> Iterator[None]:
    """Raise RunError for an OSError in the block, and UserError where only root may write.

    outcome: what is in use then.
    """
    try:
        yield
    except PermissionError as error:
        raise UserError(
            f"{error.filename or models}: only root may write there; {outcome}", "use sudo"
        ) from error
    except OSError as error:
        raise RunError(
            f"cannot write to {error.filename or models}: {error.strerror or error}; {outcome}",
            "make room" if error.errno in _FULL else "",
        ) from error


@contextmanager
def _locked(models: Path) -> Iterator[None]:
    """Hold the lock; the daemon looks whether it is held."""
    with ExitStack() as stack:
        try:
            stack.enter_context(hold(models / RUNNING, mode=0o644))
        except BlockingIOError:
            raise RunError(f"{models}: another update runs", "wait until it has ended") from None
        yield


@contextmanager
def _stage(models: Path) -> Iterator[Path]:
    for left in models.glob(f"{_STAGE}*"):  # where the power went
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=models))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
