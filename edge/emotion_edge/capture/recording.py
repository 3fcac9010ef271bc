"""Recordings: a folder of images with their capture times.

DIR/00000.jpg, 00001.jpg, …   the frames
DIR/times.csv                 columns file,seconds: one row per frame, in order; seconds count from
                              any origin; an optional column "fault" simulates a camera that fails,
                              see `FAULTS`
DIR/truth.csv                 the expected labels, for `emotion-edge replay`
"""

import stat
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.camera import CameraError, CapturedFrame, Opener
from emotion_edge.capture.frame import Frame
from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import MAX_MEGAPIXELS, ImageError, read_image
from emotion_edge.util.tables import TableRow, read_table

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


def read_recording(folder: Path, stop: Event | None = None) -> list[Row]:
    """Return the rows of a recording; raise UserError if `folder` is not a valid one.

    If `stop` is set meanwhile, the rest is left out.
    """
    if not folder.is_dir():
        if folder.exists():
            raise UserError(f"{folder}: not a folder", "play a video by its name alone")
        raise UserError(f"{folder}: no such folder")
    path = folder / TIMES
    if not path.exists():
        raise UserError(f"{folder}: not a recording: it has no {TIMES} with the lines file,seconds")
    rows: list[Row] = []
    for table_row in read_table(path, ("file", "seconds")):
        row = _row(folder, table_row)
        if rows and row.seconds <= rows[-1].seconds:
            before = rows[-1].seconds
            raise UserError(f"{table_row.place}: {row.seconds} s is not later than {before} s")
        rows.append(row)
        if stop and stop.is_set():
            break
    return rows


def _row(folder: Path, row: TableRow) -> Row:
    name, fault = row.text("file"), row.text("fault")
    if not name:
        raise UserError(f"{row.place}: no file")
    if fault not in FAULTS:
        known = ", ".join(filter(None, FAULTS))
        raise UserError(f"{row.place}: unknown fault {fault[:40]!r}", f"use {known}")
    return Row(str(folder / name), round(row.number("seconds"), 6), sys.intern(fault))


def recorded_frames(rows: list[Row]) -> Iterator[Frame]:
    """Yield every frame of a recording without waiting, ignoring faults."""
    for index, row in enumerate(rows):
        yield Frame(row.path, index, _read_frame(row.path, MAX_MEGAPIXELS), row.seconds)


def recording_camera(
    folder: Path, max_megapixels: float = MAX_MEGAPIXELS, stop: Event | None = None
) -> Opener:
    """Return the opener of a camera that plays a recording in real time, with its faults.

    Time starts when the camera is first opened and continues while it is closed. "stall" or
    "vanish" in the last row lasts for ever. `stop` ends the reading of a long table. Raises
    UserError if `folder` is not a recording.
    """
    return _RecordingCamera(read_recording(folder, stop), max_megapixels).open


class _RecordingCamera:
    """A recording that plays like a camera: it drops frames that are read too late."""

    def __init__(self, rows: list[Row], max_megapixels: float) -> None:
        self._max_megapixels = max_megapixels
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
        pixels = _apply_fault(_read_frame(row.path, self._max_megapixels), row.fault)
        return CapturedFrame(pixels, row.seconds, dropped)

    def _now(self) -> float:
        """Return the current position in the recording in seconds."""
        return time.monotonic() - (self._start or 0)

    def _skip_late(self) -> int:
        """Skip each row whose successor is due already; return how many were skipped."""
        first, now = self._next, self._now()
        while self._next + 1 < len(self._rows) and self._rows[self._next + 1].seconds <= now:
            self._next += 1
        return self._next - first


def _read_frame(path: str, max_megapixels: float) -> npt.NDArray[np.uint8]:
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):  # a named pipe would wait for ever
            raise UserError(f"{path}: cannot read it: not a regular file")
        return read_image(Path(path), max_megapixels)
    except OSError as error:
        raise UserError(f"{path}: cannot read it: {error.strerror}") from None
    except ImageError as error:
        raise UserError(f"{path}: cannot read it: {error}") from None


def _apply_fault(pixels: npt.NDArray[np.uint8], fault: str) -> npt.NDArray[np.uint8]:
    if fault == "shape":
        return pixels[:, :, 0]
    if fault == "stride":
        return np.pad(pixels, ((0, 0), (0, 32), (0, 0)))
    return pixels[:, :, ::-1] if fault == "swapped" else pixels
