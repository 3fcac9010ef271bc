"""The gate in front of the search: what opens it, and that no face is noticed later by it."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.change_gate import MOST_PUT_OFF, ChangeGate
from tests.edge.models import INT8
from tests.edge.photographs import astronaut, paste, scene

ROOM = np.asarray(scene("coffee"))
EVERY = 0.3


def noisy(pixels, seed, sigma=4.0):
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    return (pixels + noise).clip(0, 255).astype(np.uint8)


def with_square(pixels, side, *, levels, at=(300, 200)):
    changed = pixels.astype(int)
    changed[at[1] : at[1] + side, at[0] : at[0] + side] += levels
    return changed.clip(0, 255).astype(np.uint8)


def gate_after(pixels, *, followed=()):
    gate = ChangeGate()
    assert gate.opens(pixels, followed)
    return gate


def test_it_stays_shut_where_nothing_moves_but_not_for_ever():
    gate = gate_after(noisy(ROOM, 0))
    opened = [gate.opens(noisy(ROOM, seed), []) for seed in range(1, 25)]
    assert opened == ([False] * MOST_PUT_OFF + [True]) * 2 + [False, False]


@pytest.mark.parametrize("light", [0.8, 0.93, 1.05])
def test_light_that_changes_everywhere_does_not_open_it(light):
    dim = ROOM * 0.9
    assert not gate_after(noisy(dim, 0)).opens(noisy(dim * light, 1), [])


@pytest.mark.parametrize("sigma", [1, 8, 20])
def test_something_as_small_as_a_face_opens_it(sigma):
    changed = with_square(ROOM, 40, levels=25)
    assert gate_after(noisy(ROOM, 0, sigma)).opens(noisy(changed, 1, sigma), [])


def test_a_camera_that_is_moved_opens_it():
    assert gate_after(ROOM).opens(np.roll(ROOM, 60, axis=1), [])


def test_frames_of_another_size_open_it():
    assert gate_after(ROOM).opens(ROOM[:240, :320], [])


def test_what_moves_around_a_followed_face_does_not_open_it():
    box = Box(300, 200, 60)
    turned = with_square(ROOM, 60, levels=40)
    assert not gate_after(ROOM).opens(turned, [box])
    assert gate_after(ROOM).opens(turned, [])
    assert gate_after(ROOM).opens(with_square(turned, 40, levels=40, at=(100, 100)), [box])


def test_a_face_that_fills_the_frame_leaves_nothing_to_compare():
    assert not gate_after(ROOM).opens(with_square(ROOM, 60, levels=40), [Box(-50, -50, 800)])


def test_what_comes_inch_by_inch_opens_it_though_no_two_frames_differ_much():
    gate, opened = gate_after(ROOM), []
    for step in range(1, 9):
        opened.append(gate.opens(with_square(ROOM, 40, levels=step), []))
    assert any(opened[:5])
    shut = gate_after(ROOM)
    assert not shut.opens(with_square(ROOM, 40, levels=1), [])


def arrives(second):
    """A face that is suddenly there."""
    return lambda t: 150.0 if t >= second else None


def comes_closer(t):
    """A face that comes from afar, by a hundredth in a frame."""
    return 30 * 1.1 ** (t * 3)


LIGHTS = {
    "steady": lambda t: 1.0,
    "flicker": lambda t: 0.85 + 0.1 * np.sin(2 * np.pi * 50 * t + t),
    "dawn": lambda t: 0.4 + 0.05 * t,
}
ARRIVALS = {"arrives": arrives(2.55), "comes closer": comes_closer}


def film(face, light):
    """Yield 6 s of frames, ten a second, of a room that a face comes into."""
    for number in range(60):
        t = number / 10
        side, picture = face(t), Image.fromarray(ROOM)
        if side:
            picture = paste(picture, astronaut(), Box(320 - side / 2, 200 - side / 2, side))
        yield Frame("film", number, noisy(np.asarray(picture) * light(t), number, 3.0), t)


def first_seen(frames):
    analyzer = FaceAnalyzer(Classifier(INT8), FaceDetector(), search_every=EVERY)
    for frame in frames:
        if analyzer.process(frame).faces:
            return frame.seconds
    return float("inf")


@pytest.mark.searches
@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("face", ARRIVALS)
def test_no_face_is_noticed_later_by_more_than_one_search(face, light, monkeypatch):
    frames = list(film(ARRIVALS[face], LIGHTS[light]))
    gated = first_seen(frames)
    monkeypatch.setattr(ChangeGate, "opens", lambda self, pixels, followed: True)
    always = first_seen(frames)
    assert 0 < always < 6
    assert gated <= always + EVERY + 1e-6
