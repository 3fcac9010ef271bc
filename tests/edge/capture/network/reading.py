"""Read a network camera as the daemon does, until enough was seen."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event

from emotion_edge.capture.camera import CameraSettings
from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.source import open_source
from tests.edge.waiting import TIMEOUT_S

Item = Frame | CameraLost


@contextmanager
def reading(source: str, **settings: object) -> Iterator[Iterator[Item]]:
    """The frames and losses of a camera; its settings are those of `CameraSettings`."""
    stop = Event()
    given = CameraSettings(**{"fps": 100, "stall": 10.0, **settings})
    with closing(open_source(source, stop=stop, settings=given)) as items:
        yield _in_time(items)
        stop.set()


def _in_time(items: Iterator[Item]) -> Iterator[Item]:
    end = time.monotonic() + 2 * TIMEOUT_S
    for item in items:
        assert time.monotonic() < end, "not in time"
        yield item


def first_frame(source: str, **settings: object) -> Frame:
    """The first frame; fails if the camera is lost before."""
    with reading(source, **settings) as items:
        item = next(items)
    assert isinstance(item, Frame), item
    return item


def first_loss(source: str, **settings: object) -> str:
    """Why the camera is lost for the first time."""
    with reading(source, **settings) as items:
        return next(item.reason for item in items if isinstance(item, CameraLost))


def level(frame: Item) -> float:
    """The mean level of a frame."""
    assert isinstance(frame, Frame), frame
    return float(frame.pixels.mean())
