"""Several cameras are read at once, and the newest frame of each wins."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.merged import merge_frames
from emotion_edge.errors import RunError
from tests.edge.waiting import until


def frame(name: str, index: int, dropped: int = 0) -> Frame:
    return Frame(name, index, np.zeros((2, 2, 3), np.uint8), float(index), dropped)


class Camera:
    """Gives what a test tells it to, until it is ended."""

    def __init__(self, *items: Frame | CameraLost) -> None:
        self.items, self.given, self.closed = items, 0, False
        self.error: Exception | None = None

    def __call__(self, stop: threading.Event) -> Iterator[Frame | CameraLost]:
        return self._frames(stop)

    def _frames(self, stop: threading.Event) -> Iterator[Frame | CameraLost]:
        try:
            for each in self.items:
                self.given += 1
                yield each
            self.given += 1
            while not stop.wait(0.01):
                if self.error:
                    raise self.error
        finally:
            self.closed = True


def test_they_are_taken_in_turn_and_late_frames_are_counted():
    first = Camera(*(frame("a", i) for i in range(5)))
    second = Camera(frame("b", 0, dropped=2), CameraLost("b", "gone", 1.0), frame("b", 3))
    frames = merge_frames([first, second], threading.Event())
    number, item = next(frames)  # starts the threads
    until(lambda: first.given == 6 and second.given == 4, "all frames")
    taken = [(number, item), *(next(frames) for _ in range(4 - (item.index == 4)))]
    newest = [item for number, item in taken if number == 0][-1]
    assert newest.index == 4
    of_first = [item for number, item in taken if number == 0]
    assert sum(item.dropped for item in of_first) + len(of_first) == 5
    of_second = [item for number, item in taken if number == 1]
    assert [type(item) for item in of_second] == [Frame, CameraLost, Frame]
    assert of_second[0].dropped == 2
    frames.close()
    assert first.closed and second.closed


def test_a_camera_that_never_waits_does_not_silence_another():
    def busy(stop: threading.Event) -> Iterator[Frame]:
        index = 0
        while not stop.is_set():
            yield frame("busy", index)
            index += 1

    frames = merge_frames([busy, Camera(frame("b", 0))], threading.Event())
    assert 1 in [next(frames)[0] for _ in range(20)]
    frames.close()


def test_an_error_of_one_ends_all():
    first, second = Camera(frame("a", 0)), Camera()
    frames = merge_frames([first, second], threading.Event())
    assert next(frames)[0] == 0
    second.error = RunError("it hangs")
    with pytest.raises(RunError, match="it hangs"):
        next(frames)
    assert first.closed and second.closed


def test_a_camera_that_cannot_be_closed_is_said():
    class Stuck(Camera):
        def _frames(self, stop: threading.Event) -> Iterator[Frame]:
            yield frame("a", 0)
            stop.wait()
            raise RunError("the camera does not close")

    frames = merge_frames([Stuck(), Camera()], threading.Event())
    next(frames)
    with pytest.raises(RunError, match="does not close"):
        frames.close()


def test_a_signal_ends_a_wait():
    stop = threading.Event()
    frames = merge_frames([Camera(), Camera()], stop)
    threading.Timer(0.3, stop.set).start()
    start = time.monotonic()
    assert list(frames) == []
    assert time.monotonic() - start < 20
