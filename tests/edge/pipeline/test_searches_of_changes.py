"""Searches of what has changed in a stream, and that no face is noticed late by it.

A stand-in for the detector knows where the faces are. The frames, the gate in front of the search
and the analyzer are the real ones. `python -m bench finder` has the figures with the real detector.
"""

import numpy as np
import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.change_gate import ChangeGate
from tests.edge.models import INT8
from tests.edge.photographs import astronaut, paste, scene

WIDTH, HEIGHT, RATE, SECONDS, EVERY = 160, 120, 10, 12, 0.3
LEAST_SIDE, LEAST_LIGHT = WIDTH / 16, 0.2  # of a face that the stand-in sees
ROOM = scene("coffee", WIDTH, HEIGHT)
NEAR, FAR = Box(50, 40, 30), Box(110, 30, 16)
LARGE, OTHER = Box(20, 35, 50), Box(95, 35, 50)


class Finder:
    """Finds the faces that are said to be there."""

    def __init__(self):
        self.there, self.small, self.searches, self.loses = [], [], 0, False

    def search(self, pixels, *, changes=None, again=()):
        known = np.array(again).reshape(-1, 3)

        def looked_at(box):
            return changes is None or changes.touch(box) or iou(box, known).any()

        self.searches += changes is None or bool(changes.blocks.any())
        return self._faces(filter(looked_at, self.there)), [*filter(looked_at, self.small)]

    def detect_near(self, pixels, boxes):
        known = np.array(boxes).reshape(-1, 3)
        return [] if self.loses else self._faces(b for b in self.there if iou(b, known).any())

    def _faces(self, boxes):
        return [Face(box, 0.9, (box.x, box.y, box.x + 5, box.y)) for box in boxes]


def at(*boxes, since=0.0):
    """Faces that are there from a second on."""
    return lambda t: boxes if t >= since else ()


def closer(start, growth):
    """A face whose side grows by a factor each second."""

    def faces(t):
        side = start * growth**t
        return (Box(80 - side / 2, 60 - side / 2, side),)

    return faces


def walking(speed):
    """A face that walks in from the left, pixels a second."""
    return lambda t: (Box(speed * t - 30, 40, 30),)


def second_walking(t):
    """One face that stays, and another that comes up to it."""
    return Box(100, 40, 30), *(walking(8)(t))


def joined(box, since, *others):
    """A face that appears near others, which have been there."""
    return lambda t: (*others, *at(box, since=since)(t))


def steady(t, rows):
    return 0.8


def flicker(t, rows):
    """A 50 Hz lamp, bright 100 times a second, and a camera that takes 30 ms to read its rows."""
    return 0.7 + 0.1 * np.sin(2 * np.pi * 100 * (1.003 * t + 0.03 * rows))


def dawn(t, rows):
    return 0.05 * 1.35**t


FILMS = {
    "nobody": (at(), steady, 3.0),
    "appears": (at(NEAR, since=4.05), steady, 3.0),
    "appears in noise": (at(NEAR, since=4.05), steady, 12.0),
    "appears under a lamp": (at(NEAR, since=4.05), flicker, 3.0),
    "is there at dawn": (at(NEAR), dawn, 2.0),
    "comes closer": (closer(7, 1.2), steady, 3.0),
    "comes closer inch by inch": (closer(9, 1.02), steady, 3.0),
    "walks in": (walking(20), steady, 3.0),
    "creeps in under a lamp": (walking(6), flicker, 3.0),
    "second appears": (lambda t: at(NEAR)(t) + at(FAR, since=5.05)(t), steady, 3.0),
    "second walks in": (second_walking, steady, 3.0),
    "appears beside a near one": (joined(Box(72, 45, 12), 3.55, LARGE), steady, 3.0),
    "appears above a near one": (joined(Box(40, 22, 11), 3.85, LARGE), steady, 3.0),
    "appears below a near one": (joined(Box(55, 86, 12), 4.25, LARGE), steady, 3.0),
    "appears between near ones": (joined(Box(76, 50, 14), 3.55, LARGE, OTHER), steady, 3.0),
}


def film(name):
    """Yield the boxes of the faces that are not in the dark, and the frame."""
    faces, light, noise = FILMS[name]
    rng, rows = np.random.default_rng(0), np.linspace(0, 1, HEIGHT)[:, np.newaxis, np.newaxis]
    for index in range(RATE * SECONDS):
        t, picture = index / RATE, ROOM
        for box in faces(t):
            picture = paste(picture, astronaut(), box)
        levels = np.asarray(picture) * light(t, rows) + rng.normal(0, noise, (HEIGHT, WIDTH, 3))
        yield (
            faces(t) if np.mean(light(t, rows)) > LEAST_LIGHT else (),
            Frame(name, index, levels.clip(0, 255).astype(np.uint8), t),
        )


def watch(frames, loses=lambda t: False):
    """Return the second of each frame with the number of faces seen in it, and the searches."""
    finder = Finder()
    analyzer, counts = FaceAnalyzer(Classifier(INT8), finder, search_every=EVERY), []
    for there, frame in frames:
        finder.there = [box for box in there if box.side > LEAST_SIDE and box.x > 0]
        finder.small = [box for box in there if 0.85 * LEAST_SIDE < box.side <= LEAST_SIDE]
        finder.loses = loses(frame.seconds)
        counts.append((frame.seconds, len(analyzer.process(frame).faces)))
    return counts, finder.searches


def first(counts, faces):
    return next((second for second, count in counts if count >= faces), np.inf)


@pytest.fixture
def without_a_gate(monkeypatch):
    """Return a function that opens the gate for good."""
    return lambda: monkeypatch.setattr(ChangeGate, "changes", lambda *given: None)


@pytest.mark.parametrize("name", FILMS)
def test_no_face_is_noticed_later_by_more_than_one_search(name, without_a_gate):
    frames = list(film(name))
    gated, _ = watch(frames)
    without_a_gate()
    always, _ = watch(frames)
    for faces in (1, 2, 3):
        assert first(gated, faces) <= first(always, faces) + EVERY + 1e-6
    assert max(count for _, count in always) == max(len(there) for there, _ in frames)


@pytest.mark.parametrize("name", ["nobody", "appears", "appears under a lamp", "second appears"])
def test_where_little_moves_most_searches_are_put_off(name, without_a_gate):
    frames = list(film(name))
    _, searches = watch(frames)
    without_a_gate()
    _, always = watch(frames)
    assert always >= SECONDS * RATE / 4
    assert searches <= always / 4


def test_a_face_that_is_lost_from_sight_is_searched_though_nothing_moved(without_a_gate):
    still = np.asarray(paste(ROOM, astronaut(), NEAR))
    frames = [([NEAR], Frame("", i, still, i / RATE)) for i in range(40)]
    gated, _ = watch(frames, loses=lambda t: 2 <= t <= 3)
    without_a_gate()
    assert gated == watch(frames, loses=lambda t: 2 <= t <= 3)[0]


def test_frames_that_come_rarely_are_searched_one_by_one():
    still = np.asarray(ROOM)
    assert watch([([], Frame("", i, still, 5.0 * i)) for i in range(8)])[1] == 8
