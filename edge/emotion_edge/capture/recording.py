"""Recordings: a folder of pictures with the times at which they were taken.

DIR/00000.jpg, 00001.jpg, …   frames
DIR/times.csv                 file,seconds: one row a frame, in order, seconds from any start; a
                              third column, fault, makes it a camera that fails (`FAULTS`)
DIR/truth.csv                 what was to be seen, for `emotion-edge replay`
"""

import csv
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.camera import CameraError, CapturedFrame, Opener
from emotion_edge.capture.frame import Frame
from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import ImageError, read_image

TIMES = "times.csv"
FAULTS = {
    "": "the frame as it is",
    "stall": "no frame, nor any later one until the camera has been opened anew",
    "vanish": "no camera: reading fails, and so does opening it",
    "shape": "a grey picture of two dimensions",
    "stride": "rows with 32 pixels of padding",
    "swapped": "blue in the place of red",
}


class Row(NamedTuple):
    """A row of `TIMES`; path: of the picture."""

    path: str  # no Path: each of many thousands would grow when it is used
    seconds: float
    fault: str


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


def parse_number(path: Path, row: int, text: str) -> float:
    """Return a finite number of a table; raises UserError that names file and line."""
    try:
        value = float(text)
        if abs(value) < float("inf"):
            return value
    except ValueError:
        pass
    raise UserError(f"{path}, line {row + 2}: {text!r} is not a number")


def read_recording(folder: Path) -> list[Row]:
    """Return the frames of a recording; raises UserError where it is none."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    path = folder / TIMES
    if not path.exists():
        raise UserError(f"{folder}: not a recording: it has no {TIMES} with the lines file,seconds")
    rows = [
        Row(str(folder / row["file"]), parse_number(path, i, row["seconds"]), row.get("fault", ""))
        for i, row in enumerate(read_table(path, ("file", "seconds")))
    ]
    for line, (before, after) in enumerate(pairwise(rows), start=3):
        if after.seconds <= before.seconds:
            raise UserError(
                f"{path}, line {line}: {after.seconds} s is not later than {before.seconds} s"
            )
    for line, row in enumerate(rows, start=2):
        if row.fault not in FAULTS:
            known = ", ".join(filter(None, FAULTS))
            raise UserError(f"{path}, line {line}: no fault is called {row.fault!r}; use {known}")
    return rows


def recorded_frames(rows: list[Row]) -> Iterator[Frame]:
    """Yield all frames that `read_times` returned, as quickly as they can be read."""
    for index, row in enumerate(rows):
        yield Frame(row.path, index, _read(row.path), row.seconds)


def recording_camera(folder: Path) -> Opener:
    """Return the opener of a camera that plays a recording at its own pace, with its faults.

    Its time begins when it is first opened and goes on while it is closed. A last row with "stall"
    or "vanish" is one for good. Raises UserError where
    `folder` is no recording.
    """
    playing = _Playing(read_recording(folder))
    return playing.open


class _Playing:
    """A recording as a camera: what is too late is dropped."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows, self._next, self._stuck = rows, 0, False
        self._start: float | None = None

    def open(self) -> AbstractContextManager["_Playing"]:
        if self._start is None:
            self._start = time.monotonic() - self._rows[0].seconds
        self._stuck = False
        self._skip()
        if self._next < len(self._rows) and self._rows[self._next].fault == "vanish":
            raise CameraError("no camera is there")
        return nullcontext(self)

    def read(self, timeout: float) -> CapturedFrame | None:
        dropped = self._skip()
        if self._next == len(self._rows):
            raise EOFError
        row = self._rows[self._next]
        if self._stuck or row.seconds > self._now() + timeout:
            time.sleep(timeout)
            return None
        time.sleep(max(0, row.seconds - self._now()))
        if row.fault == "vanish":
            raise CameraError("the camera has gone")
        if row.fault == "stall":
            self._stuck = True
            return None
        self._next += 1
        return CapturedFrame(_spoil(_read(row.path), row.fault), row.seconds, dropped)

    def _now(self) -> float:
        """Return the second of the recording that it is."""
        return time.monotonic() - (self._start or 0)

    def _skip(self) -> int:
        """Pass over what is too late, for the row after it is due; return how many rows."""
        first, now = self._next, self._now()
        while self._next + 1 < len(self._rows) and self._rows[self._next + 1].seconds <= now:
            self._next += 1
        return self._next - first


def _read(path: str) -> npt.NDArray[np.uint8]:
    try:
        return read_image(Path(path))
    except ImageError as error:
        raise UserError(f"{path}: cannot read it: {error}") from None


def _spoil(pixels: npt.NDArray[np.uint8], fault: str) -> npt.NDArray[np.uint8]:
    if fault == "shape":
        return pixels[:, :, 0]
    if fault == "stride":
        return np.pad(pixels, ((0, 0), (0, 32), (0, 0)))
    return pixels[:, :, ::-1] if fault == "swapped" else pixels
