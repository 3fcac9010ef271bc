"""The region of a face: its size, its place below the eyes, and its tilt."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage import data

from emotion_edge.faces.alignment import MIN_TILT, face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box, Face
from emotion_edge.imaging.regions import scale_region
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE


def rule(face_width: float = 2.0, eye_height: float = 0.5) -> dict[str, float]:
    return {"face_width": face_width, "eye_height": eye_height}


def face(x: float, y: float, other_x: float, other_y: float, side: float = 40.0) -> Face:
    """Return a face with these eyes; only the side of its box matters here."""
    return Face(Box(0, 0, side), 0.9, (x, y, other_x, other_y))


def test_a_level_face_is_not_turned():
    assert face_region(face(30, 30, 50, 30), rule()) == (40, 30, 40, 40, 0)


@pytest.mark.parametrize(("tilt", "expected"), [(0.9, 0), (1.1, 1.1), (-0.9, 0), (-1.1, -1.1)])
def test_a_face_that_is_hardly_tilted_is_not_turned(tilt, expected):
    below = 20 * np.tan(np.radians(tilt))
    region = face_region(face(30, 30, 50, 30 + below), rule())
    assert region.tilt == pytest.approx(expected)
    assert 0.9 < MIN_TILT < 1.1


def test_the_rule_sets_the_width_of_the_square_and_the_height_of_the_eyes():
    region = face_region(face(30, 20, 40, 20), rule(3.0, 0.4))
    assert region == pytest.approx((35, 23, 30, 30, 0))  # the eyes are 12 of 30 rows below its top


def test_the_box_sets_the_size_of_a_face_in_profile():
    region = face_region(face(39, 30, 41, 30, side=40), rule(4.0))
    assert region.width == region.height == pytest.approx(40)


@pytest.mark.parametrize("tilt", [-30, -5, 3, 20, 45])
def test_a_tilted_face_has_the_region_of_the_level_one_turned_about_its_eyes(tilt):
    cos, sin = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    eyes = 100 - 30 * cos, 80 - 30 * sin, 100 + 30 * cos, 80 + 30 * sin
    tilted = face(*eyes, side=100)
    assert tilted.tilt == pytest.approx(tilt)
    region = face_region(tilted, rule(2.0, 0.4))
    assert region == pytest.approx((100 - 12 * sin, 80 + 12 * cos, 120, 120, tilt))


def test_the_eyes_are_level_in_a_tilted_drawn_face():
    upright = np.zeros((200, 200, 3), np.uint8)
    upright[88:92, 68:72, 0] = upright[88:92, 128:132, 2] = 255  # a red and a blue eye
    turn = np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    eyes = [turn @ np.array(eye) + 100 for eye in ((-30, -10), (30, -10))]
    region = face_region(face(*eyes[0], *eyes[1], side=100), rule(2.0, 0.4))
    level = scale_region(rotate(upright, np.degrees(0.4)), region, 120, 120, grey=False)
    for channel, place in ((0, (30, 48)), (2, (90, 48))):
        weights = level[..., channel].astype(float).ravel()
        y, x = np.average(np.indices((120, 120)).reshape(2, -1) + 0.5, axis=1, weights=weights)
        assert (x, y) == pytest.approx(place, abs=0.6)


def rotate(pixels: np.ndarray, angle: float, **options: object) -> np.ndarray:
    """Return the picture rotated clockwise by an angle in degrees."""
    return np.asarray(Image.fromarray(pixels).rotate(-angle, Image.Resampling.BICUBIC, **options))


def as_if_level(tilted: Face) -> Face:
    """Return the face with its eyes at their mean height, as if it was not tilted."""
    x, y, other_x, other_y = tilted.eyes
    middle, apart = (y + other_y) / 2, np.hypot(other_x - x, other_y - y)
    left = (x + other_x - apart) / 2
    return replace(tilted, eyes=(left, middle, left + apart, middle))


@pytest.mark.parametrize("tilt", [-25, 15])
def test_a_photograph_and_its_rotated_copy_give_nearly_the_same_picture(tilt):
    detector = FaceDetector()
    upright = data.astronaut()
    askew = rotate(upright, tilt, center=(224, 125))
    one, same = detector.detect(upright)[0], detector.detect(askew)[0]
    assert same.tilt - one.tilt == pytest.approx(tilt, abs=6)
    pictures = [
        scale_region(pixels, face_region(found, DEFAULT_CROP_RULE), 48, 48, grey=True).ravel()
        for pixels, found in ((upright, one), (askew, same), (askew, as_if_level(same)))
    ]
    correlation = np.corrcoef(pictures)
    assert correlation[0, 1] > 0.75
    assert correlation[0, 1] > correlation[0, 2] + 0.15
