"""Pictures of the frames that somebody wants to see, and of no others."""

import io
from queue import Empty, Queue

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.types import Box
from emotion_edge.output.web.picture import Pictures, scaled
from tests.edge.pictures import solid
from tests.edge.results import face, frame_result


@pytest.fixture
def made():
    """Pictures, and a queue of what they deliver."""
    queue = Queue()
    pictures = Pictures(320, 5, lambda kind, jpeg: queue.put((kind, jpeg)))
    yield pictures, queue
    pictures.close()


def pixels_of(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


def take(queue: Queue) -> tuple[str, np.ndarray]:
    kind, jpeg = queue.get(timeout=30)
    return kind, pixels_of(jpeg)


def test_nothing_is_drawn_unless_somebody_wants_it(made):
    pictures, queue = made
    for _ in range(20):
        pictures.offer(frame_result(pixels=solid("red")), streaming=False)
    with pytest.raises(Empty):
        queue.get(timeout=0.5)


@pytest.mark.parametrize("width", [300, 900])  # copied as it is, scaled
def test_a_frame_may_be_overwritten_at_once(made, width):
    pictures, queue = made
    pixels = np.ascontiguousarray(solid("red", width, 60))
    pictures.offer(frame_result(pixels=pixels), streaming=True)
    pixels[:] = 0
    kind, seen = take(queue)
    assert kind == "stream"
    assert seen.mean(axis=(0, 1)) == pytest.approx(solid("red")[0, 0], abs=9)


def test_a_snapshot_is_larger_than_the_stream(made):
    pictures, queue = made
    frame = frame_result(pixels=solid("green", 1920, 1080))
    pictures.offer(frame, streaming=True, snapshot=True)
    found = dict(take(queue) for _ in range(2))
    assert found["snapshot"].shape == (720, 1280, 3)
    assert found["stream"].shape == (180, 320, 3)


def test_the_box_is_where_the_face_is(made):
    pictures, queue = made
    happy = face("happy", 1, Box(200, 120, 200))
    frame = frame_result(happy, pixels=np.zeros((480, 640, 3), np.uint8))
    pictures.offer(frame, streaming=True)
    _, seen = take(queue)
    left, top, side = (round(value / 2) for value in happy.box)
    right, bottom = left + side, top + side
    for row, column in ((bottom, (left + right) // 2), ((top + bottom) // 2, right)):
        red, green, blue = seen[row, column]  # yellow, as far as a JPEG keeps it
        assert min(red, green) > blue + 90
    assert seen[(top + bottom) // 2, (left + right) // 2].max() < 60
    assert seen[bottom + 20 :].max() < 60


def test_what_was_seen_before_a_pause_is_not_delivered(made):
    pictures, queue = made
    pictures.offer(frame_result(pixels=solid("red", 1280, 960)), streaming=False, snapshot=True)
    pictures.forget()
    # It may have been drawn before it was to be forgotten, but nothing comes later.
    while not queue.empty():
        queue.get()
    with pytest.raises(Empty):
        queue.get(timeout=1)


@pytest.mark.parametrize("kind", ["stream", "snapshot"])
def test_the_rate_is_kept_on_average(made, kind, monkeypatch):
    pictures, queue = made
    now = [1000.0]
    monkeypatch.setattr("emotion_edge.output.web.picture.time.monotonic", lambda: now[0])
    drawn = 0
    for _ in range(120):  # twelve frames a second, for ten seconds
        drawn += pictures._due_of({"stream": False, "snapshot": False, kind: True}) == [kind]
        now[0] += 1 / 12
    assert 46 <= drawn <= 51
    assert queue.empty()


@pytest.mark.parametrize(
    ("size", "width", "expected"),
    [((640, 480), 320, (320, 240)), ((40, 30), 320, (40, 30)), ((3000, 1), 320, (320, 1))],
)
def test_a_picture_is_made_smaller_only(size, width, expected):
    assert scaled(np.zeros((size[1], size[0], 3), np.uint8), width).size == expected
