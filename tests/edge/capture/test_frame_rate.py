"""Streams: frames that are skipped, late, or never come."""

import logging
import time
import weakref
from threading import Event

import numpy as np
import pytest

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import Frames, check_stream, limit_rate
from emotion_edge.errors import UserError

PIXELS = np.zeros((2, 2, 3), np.uint8)


def stream(*items: Frame | CameraLost) -> Frames:
    """Yield the items."""
    yield from items


def frames(*times: float, dropped: int = 0) -> Frames:
    """Yield frames with these times, each of which came after `dropped` others were dropped."""
    yield from (Frame("x", i, PIXELS, seconds, dropped) for i, seconds in enumerate(times))


def test_a_skipped_frame_passes_on_how_many_were_dropped_before_it():
    kept = list(limit_rate(frames(0, 1, 2, 3, 4, 5, dropped=1), 2.5))
    assert [(frame.seconds, frame.dropped) for frame in kept] == [(0, 1), (3, 3)]


def test_a_stream_that_ends_without_one_frame_is_an_error():
    with pytest.raises(UserError, match="stdin ended without one frame"):
        list(check_stream("stdin", stream(), Event()))
    with pytest.raises(UserError, match="without one frame"):
        list(check_stream("replay:x", stream(CameraLost("x", "gone", 1.0)), Event()))
    stop = Event()
    stop.set()
    assert list(check_stream("stdin", stream(), stop)) == []


def test_frames_that_come_late_are_reported_once(caplog):
    def camera(delay: float) -> Frames:
        start = time.monotonic()
        for number in range(6):
            yield Frame("cam", number, PIXELS, start + number - number * delay)
        yield CameraLost("cam", "gone", 1.0)
        yield Frame("cam", 6, PIXELS, start - 1000)  # a camera that was reopened has a new clock

    caplog.set_level(logging.WARNING)
    list(check_stream("cam", camera(1.3), Event()))
    assert not caplog.records
    list(check_stream("cam", camera(1.6), Event()))
    (record,) = caplog.records
    assert "cam: frames come more than 2 seconds late" in record.getMessage()


def test_a_frame_is_given_up_before_the_next_is_made():
    def make():
        for i in range(3):
            pixels = np.zeros((2, 2, 3), np.uint8)
            alive = weakref.ref(pixels)
            yield Frame("", i, pixels, float(i))
            del pixels
            assert alive() is None

    for frame in limit_rate(make(), 0):
        del frame
