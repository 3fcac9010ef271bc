"""The files that a source reads, under all their names: an output must not replace them."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from emotion_edge.capture.recording import read_recording
from emotion_edge.capture.source import REPLAY
from emotion_edge.util.file_search import FileSearch, pattern_includes


def source_includes(source: str, path: Path, stop: Event) -> bool:
    """Return whether `source` reads the file `path`, or a folder in which the file is.

    It is the same file by whatever way it is named: by "..", or as a symbolic or hard link. The
    search for links ends when `stop` is set. Raises UserError if `source` is a recording that
    cannot be read.
    """
    name, target = source.removeprefix(REPLAY), path.stat() if path.exists() else None
    if source.startswith(REPLAY):
        frames = (Path(row.path) for row in read_recording(Path(name)))
        if any(_is_same(frame, path, target) for frame in frames):
            return True
    if target is None:
        return False
    if _lies_in(name, path):  # no search: a source may be the whole disk
        return True
    return any(_is_same(Path(file), path, target) for file in _files(name, stop))


def _lies_in(name: str, path: Path) -> bool:
    if Path(name).is_dir():
        return Path(name).resolve() in path.resolve().parents
    return pattern_includes(name, path)


def _is_same(file: Path, path: Path, target: os.stat_result | None) -> bool:
    try:
        if target is not None:
            return os.path.samestat(file.stat(), target)
        return file.name == path.name and file.resolve() == path.resolve()  # not there yet
    except (OSError, ValueError, RuntimeError):  # not there, not a name, a loop of links
        return False


def _files(name: str, stop: Event) -> Iterator[str]:
    """Return the file, the files of the folder, or those that match the glob `name`."""
    place = Path(name)
    if place.is_dir():
        return FileSearch(stop).below(name)
    return iter([name]) if place.exists() else FileSearch(stop).matching(name)
