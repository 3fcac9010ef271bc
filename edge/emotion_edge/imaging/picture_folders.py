"""Find the pictures in a folder, and all that is no picture."""

import os
from pathlib import Path
from typing import NamedTuple

from emotion_edge.imaging.picture_formats import IMAGE_SUFFIXES, picture_format

_HIDDEN = (".", "@")  # @eaDir: Synology's small copies of pictures
_FOLDERS_OF_SYSTEMS = {
    "#recycle",
    "#snapshot",
    "$RECYCLE.BIN",
    "System Volume Information",
    "__MACOSX",
    "lost+found",
}


class Listing(NamedTuple):
    """What lies in a folder and its subfolders, sorted.

    pictures: files that are pictures by name or content. others: all other files, and the hidden
    ones. skipped: folders that were not looked into.
    """

    pictures: list[Path]
    others: list[Path]
    skipped: list[Path]


def list_pictures(folder: Path) -> Listing:
    """Return the pictures in a folder and its subfolders, and all that is left out.

    Links to folders are followed, but not in circles. Hidden files and folders, and those that
    other programs keep for themselves, are left out. A missing folder is empty. A file whose name
    says that it is a picture counts as one, so that reading it reports what is wrong.
    """
    found = Listing([], [], [])
    if not folder.is_dir():
        return found
    seen = {_identity(each) for each in (folder, *folder.resolve().parents)}
    pending = [folder]
    while pending:
        try:
            entries = list(os.scandir(inside := pending.pop()))
        except OSError:
            found.skipped.append(inside)
            continue
        for entry in entries:
            path = Path(entry.path)
            if not _is_folder(path):
                (found.pictures if is_picture(path) else found.others).append(path)
            elif is_hidden(path.name) or _identity(path) in seen:
                found.skipped.append(path)
            else:
                seen.add(_identity(path))
                pending.append(path)
    return Listing(*map(sorted, found))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # may not be looked at
        return False


def is_hidden(name: str) -> bool:
    """Say whether a folder's name is one that other programs keep for themselves."""
    return name.startswith(_HIDDEN) or name in _FOLDERS_OF_SYSTEMS


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def is_picture(path: Path) -> bool:
    """Say whether a file is a picture by its name or content, and not hidden."""
    if path.name.startswith("."):
        return False
    named = path.suffix.lower() in IMAGE_SUFFIXES
    try:
        if named:  # reading a broken link reports it
            return path.is_file() or path.is_symlink()
        return picture_format(path) is not None
    except OSError:
        return named
