"""Keep a fingerprint of what a model is trained with, so that make knows when to train again.

  python -m train.fingerprint FILE DATA SETTINGS

Writes the fingerprint of the data and the settings to FILE, but only if it has changed: then FILE
becomes newer than the model. DATA: a folder, or an empty text for the drawn faces.
Exit codes: 0 done, 1 FILE cannot be written.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from emotion_edge.errors import exit_code
from emotion_edge.util.atomic_write import staged_write


def main(arguments: list[str]) -> int:
    """Run the command line and return the exit code."""
    file, data, settings = arguments
    return exit_code("train.fingerprint", lambda: _update(Path(file), fingerprint(data, settings)))


def fingerprint(data: str, settings: str) -> str:
    """Return a SHA-256 of the settings and of the name, size and time of each file below `data`.

    Links are followed. What cannot be read counts as missing: training reports it.
    """
    digest = hashlib.sha256(repr((data, settings)).encode())
    for file in sorted(_files(Path(data)) if data else ()):
        digest.update(repr(file).encode())
    return digest.hexdigest()


def _files(data: Path) -> Iterator[tuple[str, int, int]]:
    """Yield the path, the size in bytes and the time of change in nanoseconds of each file.

    Of a folder that is met again, because two links lead to it, only the path: both may be classes.
    """
    seen: set[Path] = set()
    for folder, folders, names in os.walk(data, followlinks=True):
        real, parent = Path(folder).resolve(), Path(folder).parent.resolve()
        is_circle = real in {parent, *parent.parents, *data.resolve().parents}
        if real in seen or (is_circle and folder != str(data)):
            folders.clear()
            if not is_circle:
                yield folder, 0, 0
            continue
        seen.add(real)
        folders.sort()  # so that of two links to a folder always the same one counts
        for path in (Path(folder, name) for name in names):
            if path.is_file():
                status = path.stat()
                yield str(path), status.st_size, status.st_mtime_ns


def _update(file: Path, text: str) -> int:
    if not file.exists() or file.read_text() != text:
        with staged_write(file.parent) as stage:
            (stage / file.name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
