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

    It is the same file by whatever way it is named: by "..", or as a symbolic or hard link. Raises
    UserError if `source` is a recording that cannot be read. `stop` ends the search.
    """
    name, target = source.removeprefix(REPLAY), path.stat() if path.exists() else None
    if source.startswith(REPLAY):
        frames = (Path(row.path) for row in read_recording(Path(name), stop))
        if _is_among(frames, path, target, stop):
            return True
    if target is None:
        return False
    if _lies_in(name, path):  # no search: a source may be the whole disk
        return True
    return _is_among(map(Path, _files(name, stop)), path, target, stop)


def _lies_in(name: str, path: Path) -> bool:
    if os.path.isdir(name):  # noqa: PTH112 - Path's raises where a name is too long
        return Path(name).resolve() in path.resolve().parents
    return pattern_includes(name, path)


def _is_among(
    files: Iterator[Path], path: Path, target: os.stat_result | None, stop: Event
) -> bool:
    return any(_is_same(file, path, target) for file in files if not stop.is_set())


def _is_same(file: Path, path: Path, target: os.stat_result | None) -> bool:
    try:
        if target is not None:
            return os.path.samestat(file.stat(), target)
        return file.name == path.name and file.resolve() == path.resolve()  # not there yet
    except (OSError, ValueError, RuntimeError):  # not there, not a name, a loop of links
        return False


def _files(name: str, stop: Event) -> Iterator[str]:
    """Return the file, the files of the folder, or those that match the glob `name`."""
    search = FileSearch(stop)
    if os.path.isdir(name):  # noqa: PTH112 - Path's raises where a name is too long
        return search.below(name)
    return iter([name]) if os.path.lexists(name) else search.matching(name)
