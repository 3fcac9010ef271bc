"""Face crops: the square, its rotation, and pixels outside the picture."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage import data

from emotion_edge.faces.alignment import crop_face, crop_square
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.crop_rule import (
    DEFAULT_CROP_RULE,
)

PIXELS = np.arange(60 * 80 * 3, dtype=np.uint32).reshape(60, 80, 3).astype(np.uint8)


def rule(face_width: float = 2.0, eye_height: float = 0.5) -> dict[str, float]:
    return {"face_width": face_width, "eye_height": eye_height}


def face(x: float, y: float, other_x: float, other_y: float, side: float = 40.0) -> Face:
    """Return a face with these eyes; only the side of its box matters here."""
    return Face(Box(0, 0, side), 0.9, (x, y, other_x, other_y))


def test_a_level_face_is_cropped_without_resampling():
    crop = crop_face(PIXELS, face(30, 30, 50, 30.1), rule())
    np.testing.assert_array_equal(crop, PIXELS[10:50, 20:60])
    assert crop.flags.c_contiguous  # Pillow is ten times slower on other arrays


def test_the_rule_sets_the_width_of_the_square_and_the_height_of_the_eyes():
    crop = crop_face(PIXELS, face(30, 20, 40, 20), rule(3.0, 0.4))
    np.testing.assert_array_equal(
        crop, PIXELS[8:38, 20:50]
    )  # the eyes are 12 of 30 rows below its top


def test_the_box_sets_the_size_of_a_face_in_profile():
    crop = crop_face(PIXELS, face(39, 30, 41, 30, side=40), rule(4.0))
    assert crop.shape == (40, 40, 3)


@pytest.mark.parametrize(("left", "top"), [(-3, 2), (2, -3), (5, 4), (-9, -9), (20, 20)])
def test_border_pixels_are_repeated_outside_the_picture(left, top):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 10, 3), np.uint8)
    crop = crop_square(pixels, left, top, 7)
    assert crop.shape == (7, 7, 3)
    padded = np.pad(pixels, ((30, 30), (30, 30), (0, 0)), mode="edge")
    assert (crop == padded[30 + top : 37 + top, 30 + left : 37 + left]).all()


def rotate(pixels: np.ndarray, angle: float, **options: object) -> np.ndarray:
    """Return the picture rotated clockwise by an angle in degrees."""
    return np.asarray(Image.fromarray(pixels).rotate(-angle, Image.Resampling.BICUBIC, **options))


@pytest.mark.parametrize("tilt", [-30, -5, 3, 20, 45])
def test_a_tilted_face_is_rotated_until_its_eyes_are_level(tilt):
    upright = np.zeros((200, 200, 3), np.uint8)
    upright[88:92, 68:72, 0] = upright[88:92, 128:132, 2] = 255  # a red and a blue eye
    upright[118:122, 98:102, 1] = 255  # a green nose
    turned = rotate(upright, tilt)
    angle = np.radians(tilt)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    eyes = [turn @ np.array(eye) + 100 for eye in ((-30, -10), (30, -10))]
    tilted = face(*eyes[0], *eyes[1], side=100)
    assert tilted.tilt == pytest.approx(tilt)
    crop = crop_face(turned, tilted, rule(2.0, 0.4)).astype(float)
    assert crop.shape == (120, 120, 3)
    for channel, place in enumerate([(30, 48), (60, 78), (90, 48)]):  # red, green, blue
        y, x = np.average(
            np.indices((120, 120)).reshape(2, -1) + 0.5, axis=1, weights=crop[..., channel].ravel()
        )
        assert (x, y) == pytest.approx(place, abs=0.6)


def as_if_level(tilted: Face) -> Face:
    """Return the face with its eyes at their mean height, as if it was not tilted."""
    x, y, other_x, other_y = tilted.eyes
    middle, apart = (y + other_y) / 2, np.hypot(other_x - x, other_y - y)
    left = (x + other_x - apart) / 2
    return replace(tilted, eyes=(left, middle, left + apart, middle))


@pytest.mark.parametrize("tilt", [-25, 15])
def test_a_photograph_and_its_rotated_copy_give_nearly_the_same_crop(tilt):
    detector = FaceDetector()
    upright = data.astronaut()
    askew = rotate(upright, tilt, center=(224, 125))
    one, same = detector.detect(upright)[0], detector.detect(askew)[0]
    assert same.tilt - one.tilt == pytest.approx(tilt, abs=6)
    crops = [
        np.asarray(Image.fromarray(crop).resize((48, 48)).convert("L"), float).ravel()
        for crop in (
            crop_face(upright, one, DEFAULT_CROP_RULE),
            crop_face(askew, same, DEFAULT_CROP_RULE),
            crop_face(askew, as_if_level(same), DEFAULT_CROP_RULE),
        )
    ]
    correlation = np.corrcoef(crops)
    assert correlation[0, 1] > 0.75
    assert correlation[0, 1] > correlation[0, 2] + 0.15
