"""Raw RGB24 frames on stdin: `--source -`."""

import os
import select
import sys
import time
from collections.abc import Callable, Generator
from threading import Event

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.errors import UserError
from emotion_edge.util.timeouts import POLL_S


def read_raw_frames(width: int, height: int, stop: Event) -> Generator[Frame, None, None]:
    """Yield every frame of width x height pixels on stdin, timed by the clock, until `stop` is set.

    Raises UserError if stdin is closed or ends within a frame.
    """
    index = 0
    while data := read_raw_frame(width, height, index, stop.is_set):
        yield raw_frame(data, width, height, index, time.monotonic())
        index += 1


def raw_frame(
    data: bytearray, width: int, height: int, index: int, seconds: float, dropped: int = 0
) -> Frame:
    """Return a frame from its bytes."""
    pixels = np.frombuffer(data, np.uint8).reshape(height, width, 3)
    return Frame("-", index, pixels, seconds, dropped)


def read_raw_frame(width: int, height: int, index: int, stopped: Callable[[], bool]) -> bytearray:
    """Return the bytes of frame `index` on stdin; none at the end, or when it is to stop.

    Raises UserError if stdin is closed, cannot be read, or ends within the frame.
    """
    if sys.stdin is None:
        raise UserError("--source -: stdin is closed")
    data, got, descriptor = bytearray(width * height * 3), 0, sys.stdin.fileno()
    while got < len(data) and not stopped():
        # Poll, because a blocking read would not notice the stop event.
        if not select.select([descriptor], [], [], POLL_S)[0]:
            continue
        try:
            part = os.readv(descriptor, [memoryview(data)[got:]])
        except OSError as error:
            raise UserError(f"--source -: cannot read stdin: {error.strerror}") from None
        if not part and got:
            raise UserError(
                f"stdin ended in the middle of frame {index}: {got} of {len(data)} bytes",
                "is --size right?",
            )
        if not part:
            break
        got += part
    return data if got == len(data) else bytearray()
