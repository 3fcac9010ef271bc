"""The lock of the folder of installed models: held while one is installed, and on trial."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from emotion_edge.errors import RunError, UserError
from emotion_edge.system.lock_file import hold, is_held

LOCK = "lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other process change the folder; raises RunError if one does, or UserError.

    Makes the folder. Whatever the umask is, everybody may read it: the daemon's user does.
    """
    with ExitStack() as stack:
        with _making(folder):
            stack.enter_context(hold(folder / LOCK, mode=0o644))
        yield


def make_folder(folder: Path) -> None:
    """Make the folder of installed models unless it is there; raises OSError."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


@contextmanager
def _making(folder: Path) -> Iterator[None]:
    try:
        make_folder(folder)
        yield
    except BlockingIOError:
        raise RunError(f"{folder}: another process installs a model", "try again later") from None
    except PermissionError:
        raise UserError(f"{folder}: only its owner may write there", "call it by sudo") from None
    except OSError as error:
        raise RunError(f"{folder}: cannot write there: {error.strerror}") from None


def is_locked(folder: Path) -> bool:
    """Return whether a process that installs a model is alive."""
    return is_held(folder / LOCK)
