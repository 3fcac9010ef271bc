"""Find files in a folder or by a glob. Unlike `glob`, a search can be stopped, and always ends.

It looks at its stop event at every entry, and enters each folder once, whatever links to it.
Hidden names are left out.
"""

# A Path takes longer than its text, and its is_dir raises where a name is too long.
# ruff: noqa: PTH112, PTH116, PTH118, PTH119
import os
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from threading import Event

KERNEL_FOLDERS = ("/proc", "/sys", "/dev")  # what lies there is no user's file, and may block


class FileSearch:
    """Searches for files until `stop` is set."""

    def __init__(
        self,
        stop: Event,
        *,
        skip: Callable[[str], bool] = lambda name: False,
        unreadable: Callable[[str], None] = lambda folder: None,
    ) -> None:
        """skip: says of a subfolder's name whether to leave it out, besides hidden ones.

        unreadable: is called for each folder that cannot be read.
        """
        self._stop, self._skip, self._unreadable = stop, skip, unreadable

    def below(self, folder: str) -> Iterator[str]:
        """Yield what is in a folder and its subfolders but folders, each folder's by name."""
        return (path for path, is_folder in self._walk(folder) if not is_folder)

    def matching(self, pattern: str) -> Iterator[str]:
        """Yield what matches a glob but folders; ** stands for any number of folders."""
        start, parts = _parts(pattern)
        return (path for path in self._matches(start, parts) if not os.path.isdir(path))

    def _matches(self, folder: str, parts: list[str]) -> Iterator[str]:
        """Yield the paths below `folder` whose parts match; `folder` is "" or ends in a slash."""
        names = list(takewhile(lambda part: not has_magic(part), parts))
        if len(names) == len(parts):
            path = folder + "/".join(names)
            if os.path.lexists(path):
                yield path
            return
        part, *rest = parts[len(names) :]
        folder += "".join(f"{name}/" for name in names)
        if part == "**":
            yield from self._matches_below(folder, rest)
        else:
            for path in self._entries(folder, hidden=part.startswith(".")):
                if fnmatchcase(os.path.basename(path), part):
                    yield from self._matches(f"{path}/", rest) if rest else [path]

    def _matches_below(self, folder: str, rest: list[str]) -> Iterator[str]:
        while rest[:1] == ["**"]:
            rest = rest[1:]
        rest = rest or ["*"]
        yield from self._matches(folder, rest)
        for path, is_folder in self._walk(folder):
            if is_folder:
                yield from self._matches(f"{path}/", rest)

    def _walk(self, folder: str) -> Iterator[tuple[str, bool]]:
        """Yield each path below a folder and whether it is a folder, which comes only once."""
        start = _identity(folder or ".")
        mounted = [_identity(name) for name in KERNEL_FOLDERS if os.path.ismount(name)]
        skipped = {each[0] for each in mounted if each} - {start and start[0]}
        seen = {start}
        stack = [self._entries(folder)]  # not a recursion: folders nest deeper than Python's stack
        while stack and not self._stop.is_set():
            path = next(stack[-1], None)
            if path is None:
                stack.pop()
            elif not os.path.isdir(path):
                yield path, False
            elif not self._skip(os.path.basename(path)) and _is_new(path, seen, skipped):
                yield path, True
                stack.append(self._entries(f"{path}/"))

    def _entries(self, folder: str, *, hidden: bool = False) -> Iterator[str]:
        """Yield a folder's entries by name."""
        names = []
        try:
            with os.scandir(folder or ".") as entries:
                for entry in entries:
                    if self._stop.is_set():
                        return
                    if hidden or not entry.name.startswith("."):
                        names.append(entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError:
            self._unreadable(folder)
        for name in sorted(names):
            yield os.path.join(folder, name)


def pattern_includes(pattern: str, path: Path) -> bool:
    """Return whether a glob with ** matches the existing file `path`, not by way of a link.

    It compares names and searches nothing.
    """
    start, parts = _parts(pattern)
    if "**" not in parts:
        return False
    names = list(takewhile(lambda part: not has_magic(part), parts))
    base = Path(start, *names).resolve()
    if base not in path.resolve().parents:
        return False
    return _is_match(path.resolve().relative_to(base).parts, tuple(parts[len(names) :]))


def _is_match(names: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not parts:
        return not names
    if parts[0] == "**":
        rest = parts[1:] or ("*",)
        return any(_is_match(names[i:], rest) for i in range(len(names)))
    return bool(names) and fnmatchcase(names[0], parts[0]) and _is_match(names[1:], parts[1:])


def _parts(pattern: str) -> tuple[str, list[str]]:
    """Return where a glob starts, "/" or "" for the working folder, and its parts."""
    start = "/" if pattern.startswith("/") else ""
    return start, [part for part in pattern.split("/") if part not in ("", ".")]


def _is_new(folder: str, seen: set[tuple[int, int] | None], skipped: set[int]) -> bool:
    """Return whether to enter a folder, and remember it."""
    identity = _identity(folder)
    if identity is None or identity in seen or identity[0] in skipped:
        return False
    seen.add(identity)
    return True


def _identity(folder: str) -> tuple[int, int] | None:
    """Return a folder's device and number; None if it cannot be looked at."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino
