"""Find pictures in a folder or by a glob, and count what else lies there.

Pictures are found by content, so their suffix does not matter. Only regular files are opened: a
named pipe would wait for ever.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from emotion_edge.imaging.picture_folders import is_hidden
from emotion_edge.imaging.picture_formats import IMAGE_SUFFIXES, picture_format
from emotion_edge.util.file_search import FileSearch

VIDEO = "video"
RECORDING_TABLES = ("times.csv", "truth.csv")  # a recording is also a folder of pictures
VIDEO_SUFFIXES = {
    *(".3gp", ".avi", ".flv", ".h264", ".h265", ".hevc", ".m2ts", ".m4v", ".mjpeg", ".mjpg"),
    *(".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv"),
}


@dataclass
class LeftOut:
    """How many entries of a kind a search left out, and the first of them."""

    count: int
    example: str


class PictureSearch:
    """Searches for pictures until `stop` is set, and counts what it leaves out by kind."""

    def __init__(self, stop: Event) -> None:
        """Start with nothing found."""
        self.left_out: dict[str, LeftOut] = {}
        self._files = FileSearch(
            stop,
            skip=is_hidden,
            unreadable=lambda path: self._leave_out("unreadable folder", path),
        )

    def in_folder(self, folder: Path) -> Iterator[Path]:
        """Yield the pictures in a folder and its subfolders, each folder's by name."""
        return self._pictures(self._files.below(str(folder)))

    def matching(self, pattern: str) -> Iterator[Path]:
        """Yield the pictures that match a glob, in which ** stands for any number of folders."""
        return self._pictures(self._files.matching(pattern))

    def _pictures(self, paths: Iterator[str]) -> Iterator[Path]:
        for name in paths:
            path = Path(name)
            kind = _other_kind(path)
            if not kind:
                yield path
            elif path.name not in RECORDING_TABLES:
                self._leave_out(kind, name)

    def _leave_out(self, kind: str, path: str) -> None:
        self.left_out.setdefault(kind, LeftOut(0, path)).count += 1


def _other_kind(path: Path) -> str | None:
    """Return what a path is; None for a picture, also for one that reading will find damaged."""
    named = path.suffix.lower() in IMAGE_SUFFIXES
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "pipe or device"
        if named or (status.st_size and picture_format(path)):
            return None
        return VIDEO if status.st_size and is_like_video(path) else "other file"
    except OSError:
        return None if named else "unreadable file"


def is_like_video(path: Path) -> bool:
    """Return whether a file's name or first bytes are those of a video; may raise OSError."""
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return True
    with path.open("rb") as file:
        head = file.read(12)
    avi = head.startswith(b"RIFF") and head.endswith(b"AVI ")
    return avi or head[4:8] == b"ftyp" or head.startswith(b"\x1aE\xdf\xa3")
