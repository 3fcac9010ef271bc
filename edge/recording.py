"""Recordings: a folder of pictures with the times at which they were taken.

DIR/00000.jpg, 00001.jpg, …   frames
DIR/times.csv                 file,seconds: one row a frame, in order, seconds from any start
DIR/truth.csv                 what was to be seen, for `emotion-edge replay` (`edge.truth`)
"""

import csv
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event

from edge.errors import UserError
from edge.frame import Frame, rest
from edge.images import ImageError, read_image

TIMES = "times.csv"


def read_table(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a csv file that must have `columns`; raises UserError in words."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if missing := [c for c in columns if c not in (reader.fieldnames or [])]:
                raise UserError(f"{path}: no column {', '.join(missing)} in its first line")
            rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: cannot read it: {reason}") from None
    if not rows:
        raise UserError(f"{path}: no rows in it")
    return rows


def number(path: Path, row: int, text: str) -> float:
    """Return a finite number of a table; raises UserError that names file and line."""
    try:
        value = float(text)
        if abs(value) < float("inf"):
            return value
    except ValueError:
        pass
    raise UserError(f"{path}, line {row + 2}: {text!r} is not a number")


def read_times(folder: Path) -> list[tuple[Path, float]]:
    """Return the frames of a recording with their seconds; raises UserError where it is none."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    path = folder / TIMES
    if not path.exists():
        raise UserError(f"{folder}: not a recording: it has no {TIMES} with the lines file,seconds")
    rows = read_table(path, ("file", "seconds"))
    times = [(folder / row["file"], number(path, i, row["seconds"])) for i, row in enumerate(rows)]
    for line, ((_, before), (_, after)) in enumerate(pairwise(times), start=3):
        if after <= before:
            raise UserError(f"{path}, line {line}: {after} s is not later than {before} s")
    return times


def recorded(times: list[tuple[Path, float]]) -> Iterator[Frame]:
    """Yield all frames that `read_times` returned, as quickly as they can be read."""
    for index, (path, seconds) in enumerate(times):
        yield _read(path, index, seconds)


def replay(folder: Path, stop: Event) -> Iterator[Frame]:
    """Play a recording at its own pace; like a camera it drops what it is too late for."""
    times = read_times(folder)
    start = time.monotonic() - times[0][1]
    following = [seconds for _, seconds in times[1:]] + [float("inf")]
    for index, ((path, seconds), after) in enumerate(zip(times, following, strict=True)):
        if time.monotonic() - start >= after:
            continue
        rest(start + seconds - time.monotonic(), stop)
        if stop.is_set():
            return
        yield _read(path, index, seconds)


def _read(path: Path, index: int, seconds: float) -> Frame:
    try:
        return Frame(str(path), index, read_image(path), seconds)
    except ImageError as error:
        raise UserError(f"{path}: cannot read it: {error}") from None
