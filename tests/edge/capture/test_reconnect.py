"""Cameras that stall or vanish are opened again; frames are rotated and flipped."""

import time
from collections.abc import Callable
from contextlib import closing
from threading import Event

import numpy as np
import pytest

from emotion_edge.capture.camera import CameraError, CameraSettings, CapturedFrame
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import limit_rate
from emotion_edge.capture.reconnect import stream_camera
from emotion_edge.errors import RunError
from tests.edge.capture.picamera2_double import BLUE, GREEN, RED, WHITE


def test_a_camera_that_stalls_is_opened_again(make_opener):
    opener = make_opener(openings=[{"frames": 50}, {}])
    events, stop = [], Event()
    for event in stream_camera("picamera2", opener, CameraSettings(fps=100, stall=0.5), stop):
        events.append(event)
        if isinstance(event, Frame) and any(isinstance(e, CameraLost) for e in events):
            stop.set()
    lost = next(event for event in events if isinstance(event, CameraLost))
    assert 2 <= events.index(lost) <= 50
    assert lost.reason == "no frame for 0.5 seconds"


def test_a_camera_that_vanishes_is_opened_when_it_is_back(make_opener):
    opener = make_opener(openings=[{"frames": 5, "gone": 4}, {}])
    reasons, stop = [], Event()
    for event in stream_camera("picamera2", opener, CameraSettings(fps=100, stall=0.3), stop):
        if isinstance(event, CameraLost):
            reasons.append(event.reason)
        elif reasons:
            stop.set()
    assert reasons[0] == "no frame for 0.3 seconds"
    assert reasons[1].startswith("no camera 0 among the 0")


@pytest.mark.parametrize(
    ("options", "corners"),
    [
        ({}, (RED, GREEN, BLUE, WHITE)),
        ({"hflip": True}, (GREEN, RED, WHITE, BLUE)),
        ({"vflip": True}, (BLUE, WHITE, RED, GREEN)),
        ({"rotate": 90}, (BLUE, RED, WHITE, GREEN)),
        ({"rotate": 180}, (WHITE, BLUE, GREEN, RED)),
        ({"rotate": 270}, (GREEN, WHITE, RED, BLUE)),
        ({"rotate": 90, "hflip": True}, (RED, BLUE, GREEN, WHITE)),
    ],
)
def test_frames_are_rotated_and_flipped(make_opener, options, corners):
    settings, stop = CameraSettings(fps=100, **options), Event()
    pixels = next(stream_camera("picamera2", make_opener(settings), settings, stop)).pixels
    seen = [pixels[y, x].tolist() for y in (0, -1) for x in (0, -1)]
    assert seen == [list(corner) for corner in corners]


class Unclosable:
    """A camera that gives frames for ever; closing it fails or hangs."""

    def __init__(self, close: Callable[[], object]) -> None:
        self._close = close

    def __enter__(self) -> "Unclosable":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def read(self, timeout: float) -> CapturedFrame:
        time.sleep(0.01)
        return CapturedFrame(np.zeros((3, 4, 3), np.uint8), time.monotonic())


def fail() -> None:
    raise CameraError("the driver is confused")


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("stopped", [False, True])
def test_a_camera_that_cannot_be_closed_is_an_error_at_the_end(stopped, limited):
    stop = Event()
    frames = stream_camera("x", lambda: Unclosable(fail), CameraSettings(), stop)
    if limited:
        frames = limit_rate(frames, 0.01)
    assert isinstance(next(frames), Frame)
    if stopped:
        stop.set()
    with pytest.raises(RunError, match="the driver is confused"):
        list(frames) if stopped else frames.close()


def test_a_camera_that_fails_and_cannot_be_closed_is_opened_again():
    class Failing(Unclosable):
        def read(self, timeout: float) -> CapturedFrame:
            raise CameraError("gone")

    frames = stream_camera("x", lambda: Failing(fail), CameraSettings(), Event())
    with closing(frames):
        assert isinstance(next(frames), CameraLost)
        assert isinstance(next(frames), CameraLost)
