"""The files that a source reads, under all their names: an output must not replace them."""

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from emotion_edge.capture.recording import read_recording
from emotion_edge.capture.source import REPLAY


def source_includes(source: str, path: Path) -> bool:
    """Return whether `source` reads the file `path`, or a folder in which the file is.

    It is the same file by whatever way it is named: by "..", or as a symbolic or hard link. Raises
    UserError if `source` is a recording that cannot be read.
    """
    name, target = source.removeprefix(REPLAY), path.stat() if path.exists() else None
    if source.startswith(REPLAY):
        frames = (Path(row.path) for row in read_recording(Path(name)))
        if any(_is_same(frame, path, target) for frame in frames):
            return True
    return target is not None and any(_is_same(file, path, target) for file in _files(name))


def _is_same(file: Path, path: Path, target: os.stat_result | None) -> bool:
    try:
        if target is not None:
            return os.path.samestat(file.stat(), target)
        return file.name == path.name and file.resolve() == path.resolve()  # not there yet
    except (OSError, ValueError, RuntimeError):  # not there, not a name, a loop of links
        return False


def _files(name: str) -> Iterator[Path]:
    """Yield the file, the files of the folder, or those that match the glob `name`."""
    for place in map(Path, (name, *glob.iglob(name, recursive=True))):
        if place.is_dir():
            yield from _files_below(place)
        else:
            yield place


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders, also linked ones, each folder once."""
    pending, visited = [folder.resolve()], set[Path]()
    while pending:
        place = pending.pop()
        if place in visited:
            continue
        visited.add(place)
        try:
            entries = list(place.iterdir())
        except OSError:  # a folder that cannot be read gives no pictures
            continue
        for entry in entries:
            if entry.is_dir():
                pending.append(entry.resolve())
            else:
                yield entry
