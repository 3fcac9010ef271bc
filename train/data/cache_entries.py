"""Entries of the image cache on disk: check that they are whole, and remove old ones.

An entry is the folder CACHE/<split>-<key>/ with the pixels, an index and the folder of its user.
"""

import contextlib
import json
import os
import re
import shutil
import time
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

PIXELS, INDEX = "images.u8", "index.json"
KEPT_ENTRIES = 4  # of a folder: a network's size and colour of the input needs an entry of its own
_DAY = 24 * 3600
KEPT_S, UNFINISHED_S = 30 * _DAY, _DAY
_USER = "folder"  # a file with the path of the folder for which the entry was used last
_NAME = re.compile(r".+-[0-9a-f]{16}")
_BLOCK = 1 << 24


@dataclass(frozen=True)
class Index:
    """The index of an entry.

    labels: the label of each decoded picture, in the order of the pixels. unreadable: the reason
    for each file that could not be read, by its path relative to the split's folder. checksum: the
    CRC-32 of the pixels.
    """

    labels: list[str]
    unreadable: dict[str, str]
    checksum: int

    def dumps(self) -> str:
        """Return the index as JSON text."""
        return json.dumps(asdict(self))


def read_entry(entry: Path, image_bytes: int) -> Index | None:
    """Return the index of an entry, or None if the entry is missing, truncated or damaged.

    image_bytes: the size of one picture's pixels. All of them are read, which takes a small part of
    the time of decoding.
    """
    try:
        index = Index(**json.loads((entry / INDEX).read_text(encoding="utf-8")))
        with (entry / PIXELS).open("rb") as pixels:
            size, checksum = os.fstat(pixels.fileno()).st_size, _checksum(pixels)
        is_whole = (size, checksum) == (len(index.labels) * image_bytes, index.checksum)
    except (OSError, ValueError, TypeError):
        return None
    return index if is_whole else None


def _checksum(file: BinaryIO) -> int:
    checksum = 0
    while block := file.read(_BLOCK):
        checksum = zlib.crc32(block, checksum)
    return checksum


def mark_used(entry: Path, folder: Path) -> None:
    """Make an entry the one that was used last, for the pictures in `folder`."""
    with contextlib.suppress(OSError):  # the cache may be on a disk that is read-only
        (entry / _USER).write_bytes(os.fsencode(folder.resolve()))


def prune(cache: Path, folder: Path) -> None:
    """Remove the entries of a split's folder but for the KEPT_ENTRIES that were used last.

    Other folders' entries, whose data sets may be in use, are removed after KEPT_S without use, and
    the files of unfinished runs after UNFINISHED_S. A run whose entry is removed goes on: the
    system keeps the mapped file until it ends.
    """
    entries = [path for path in cache.iterdir() if _NAME.fullmatch(path.name)]
    own = [entry for entry in entries if _user(entry) == os.fsencode(folder.resolve())]
    by_use = sorted(own, key=_last_use, reverse=True)
    old = [entry for entry in entries if _last_use(entry) < time.time() - KEPT_S]
    stages = [stage for entry in entries for stage in entry.glob(".unfinished-*")]
    unfinished = [entry for entry in entries if not (entry / INDEX).exists()] + stages
    killed = [path for path in unfinished if _last_change(path) < time.time() - UNFINISHED_S]
    for path in {*by_use[KEPT_ENTRIES:], *old, *killed}:
        shutil.rmtree(path, ignore_errors=True)


def _user(entry: Path) -> bytes:
    """Return the folder for which the entry was used last."""
    try:
        return (entry / _USER).read_bytes()
    except OSError:  # an unfinished one
        return b""


def _last_use(entry: Path) -> float:
    return _modified(entry / _USER) or _last_change(entry)


def _last_change(folder: Path) -> float:
    return max(map(_modified, (folder, *folder.rglob("*"))))


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another run has just removed it
        return 0.0
