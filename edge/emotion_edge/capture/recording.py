"""Recordings: a folder of images with their capture times.

DIR/00000.jpg, 00001.jpg, …   the frames
DIR/times.csv                 columns file,seconds: one row per frame, in order; seconds count from
                              any origin; an optional column "fault" simulates a camera that fails,
                              see `FAULTS`
DIR/truth.csv                 the expected labels, for `emotion-edge replay`
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
    "": "the frame as recorded",
    "stall": "no frame, and none after it until the camera is reopened",
    "vanish": "no camera: reading fails, and so does opening it",
    "shape": "a greyscale image with two dimensions",
    "stride": "rows with 32 pixels of padding",
    "swapped": "red and blue swapped",
}


class Row(NamedTuple):
    """A row of `TIMES`; path is the image's."""

    path: str  # not a Path, which caches its parts: recordings have many thousands of rows
    seconds: float
    fault: str


def read_table(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a CSV file; raise UserError if it lacks rows or one of `columns`."""
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
    """Return a finite number from a table; raise UserError with its file and line."""
    try:
        value = float(text)
        if abs(value) < float("inf"):
            return value
    except ValueError:
        pass
    raise UserError(f"{path}, line {row + 2}: {text!r} is not a number")


def read_recording(folder: Path) -> list[Row]:
    """Return the rows of a recording; raise UserError if `folder` is not a valid one."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    path = folder / TIMES
    if not path.exists():
        raise UserError(f"{folder}: not a recording: it has no {TIMES} with the lines file,seconds")
    rows = [
        Row(str(folder / row["file"]), parse_number(path, i, row["seconds"]), row.get("fault", ""))
        for i, row in enumerate(read_table(path, ("file", "seconds")))
    ]
    _check_rows(path, rows)
    return rows


def _check_rows(path: Path, rows: list[Row]) -> None:
    for line, (before, after) in enumerate(pairwise(rows), start=3):
        if after.seconds <= before.seconds:
            raise UserError(
                f"{path}, line {line}: {after.seconds} s is not later than {before.seconds} s"
            )
    for line, row in enumerate(rows, start=2):
        if row.fault not in FAULTS:
            known = ", ".join(filter(None, FAULTS))
            raise UserError(f"{path}, line {line}: unknown fault {row.fault!r}", f"use {known}")


def recorded_frames(rows: list[Row]) -> Iterator[Frame]:
    """Yield every frame of a recording without waiting, ignoring faults."""
    for index, row in enumerate(rows):
        yield Frame(row.path, index, _read_frame(row.path), row.seconds)


def recording_camera(folder: Path) -> Opener:
    """Return the opener of a camera that plays a recording in real time, with its faults.

    Time starts when the camera is first opened and continues while it is closed. "stall" or
    "vanish" in the last row lasts for ever. Raises UserError if `folder` is not a recording.
    """
    return _RecordingCamera(read_recording(folder)).open


class _RecordingCamera:
    """A recording that plays like a camera: it drops frames that are read too late."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows, self._next, self._stalled = rows, 0, False
        self._start: float | None = None

    def open(self) -> AbstractContextManager["_RecordingCamera"]:
        if self._start is None:
            self._start = time.monotonic() - self._rows[0].seconds
        self._stalled = False
        self._skip_late()
        if self._next < len(self._rows) and self._rows[self._next].fault == "vanish":
            raise CameraError("no camera is there")
        return nullcontext(self)

    def read(self, timeout: float) -> CapturedFrame | None:
        dropped = self._skip_late()
        if self._next == len(self._rows):
            raise EOFError
        row = self._rows[self._next]
        if self._stalled or row.seconds > self._now() + timeout:
            time.sleep(timeout)
            return None
        time.sleep(max(0, row.seconds - self._now()))
        if row.fault == "vanish":
            raise CameraError("the camera has gone")
        if row.fault == "stall":
            self._stalled = True
            return None
        self._next += 1
        return CapturedFrame(_apply_fault(_read_frame(row.path), row.fault), row.seconds, dropped)

    def _now(self) -> float:
        """Return the current position in the recording in seconds."""
        return time.monotonic() - (self._start or 0)

    def _skip_late(self) -> int:
        """Skip each row whose successor is due already; return how many were skipped."""
        first, now = self._next, self._now()
        while self._next + 1 < len(self._rows) and self._rows[self._next + 1].seconds <= now:
            self._next += 1
        return self._next - first


def _read_frame(path: str) -> npt.NDArray[np.uint8]:
    try:
        return read_image(Path(path))
    except ImageError as error:
        raise UserError(f"{path}: cannot read it: {error}") from None


def _apply_fault(pixels: npt.NDArray[np.uint8], fault: str) -> npt.NDArray[np.uint8]:
    if fault == "shape":
        return pixels[:, :, 0]
    if fault == "stride":
        return np.pad(pixels, ((0, 0), (0, 32), (0, 0)))
    return pixels[:, :, ::-1] if fault == "swapped" else pixels
