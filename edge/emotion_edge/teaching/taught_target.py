"""Check where a taught file is to be written, before any work starts, or which is to go."""

import re
import stat
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.util.atomic_write import staged_write

_START = re.compile(rb'\s*\{\s*"version"\s*:')  # of a taught file, whole or damaged
_START_BYTES = 100
_ELSE = "name another file, such as taught.json"


def check_target(path: Path) -> None:
    """Raise UserError unless a taught file can be written to `path` without loss.

    Only an earlier taught file, or an empty file, may be replaced. Creates the folder, and raises
    RunError if nothing can be written to it.
    """
    try:
        _check_present(path)
    except (FileNotFoundError, NotADirectoryError):  # nothing, or a link to nothing
        pass
    except OSError as error:
        raise UserError(f"--to {path}: {error.strerror}", _ELSE) from None
    with staged_write(path.resolve().parent):
        pass


def _check_present(path: Path) -> None:
    """Check what is at `path`; raises OSError if there is nothing, or it cannot be looked at."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise UserError(f"--to {path} is a folder: name a file, such as taught.json")
    if not stat.S_ISREG(found.st_mode):  # as root, a rename would replace even /dev/null
        raise UserError(f"--to {path} is a pipe or a device", _ELSE)
    if not is_taught(path) and found.st_size:
        raise UserError(f"--to {path} would replace a file that is not a taught file", _ELSE)


def is_taught(path: Path) -> bool:
    """Return whether a file is a taught one, whole or damaged; raises OSError."""
    with path.open("rb") as file:
        return bool(_START.match(file.read(_START_BYTES)))
