"""Check where `--draw` is to write, before any work starts."""

import stat
from pathlib import Path
from threading import Event

from emotion_edge.errors import RunError, UserError
from emotion_edge.imaging.picture_formats import picture_format
from emotion_edge.output.source_files import source_includes
from emotion_edge.util.atomic_write import staged_write

SUFFIXES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}


def check_target(path: Path, source: str, stop: Event) -> None:
    """Raise UserError unless a picture can be written to `path` without loss.

    Only an earlier picture may be replaced, and none that `source` reads. Creates the folder.
    `stop` ends the search for it; then nothing is drawn.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"--draw {path}: the name must end in {', '.join(SUFFIXES)}")
    try:
        _check_present(path)
        if source_includes(source, path, stop):
            raise UserError(f"--draw {path} would replace a picture of --source: name another file")
        with staged_write(path.parent):
            pass
    except (OSError, ValueError) as error:  # ValueError: a null character
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"--draw {path}: cannot write it: {reason}") from None
    except RunError as error:
        raise UserError(f"--draw {path}: {error}") from None


def _check_present(path: Path) -> None:
    """Check what is at `path`; raises OSError if the name cannot be used."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):  # nothing, or a link to nothing
        return
    if stat.S_ISDIR(found.st_mode):
        raise UserError(f"--draw {path} is a folder: name a file, such as sheet.jpg in it")
    if not stat.S_ISREG(found.st_mode):
        raise UserError(f"--draw {path} is not a file: name one, such as sheet.jpg")
    if found.st_size and picture_format(path) not in SUFFIXES.values():
        raise UserError(f"--draw {path} would replace a file that is not a picture")
