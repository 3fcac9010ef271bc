"""Raw RGB24 frames on stdin: `--source -`."""

import os
import select
import sys
import time
from collections.abc import Generator
from threading import Event

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.errors import UserError
from emotion_edge.util.timeouts import POLL_S


def read_raw_frames(width: int, height: int, stop: Event) -> Generator[Frame, None, None]:
    """Yield frames of width x height pixels from stdin, timed by the clock, until `stop` is set.

    Raises UserError if stdin is closed or ends within a frame.
    """
    if sys.stdin is None:
        raise UserError("--source -: stdin is closed")
    length = width * height * 3
    index = 0
    while data := _read_exactly(length, index, stop):
        pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        yield Frame("-", index, pixels, time.monotonic())
        index += 1


def _read_exactly(length: int, index: int, stop: Event) -> bytes:
    """Return one frame's bytes; b"" at the end of stdin or when `stop` is set."""
    data = bytearray()
    descriptor = sys.stdin.fileno()
    while len(data) < length and not stop.is_set():
        # Poll, because a blocking read would not notice the stop event.
        if not select.select([descriptor], [], [], POLL_S)[0]:
            continue
        part = os.read(descriptor, length - len(data))
        if not part and data:
            raise UserError(
                f"stdin ended in the middle of frame {index}: {len(data)} of {length} bytes",
                "is --size right?",
            )
        if not part:
            break
        data += part
    return bytes(data) if len(data) == length else b""
