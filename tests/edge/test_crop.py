"""Face crops: the square, its rotation, the pixels outside the picture, and the crop rule."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage import data

from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import crop_face, crop_square
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.contract import Contract
from emotion_edge.model.crop_rule import (
    DEFAULT_CROP_RULE,
    crop_rule_json,
    crop_rule_of,
    read_crop_rule,
)

PIXELS = np.arange(60 * 80 * 3, dtype=np.uint32).reshape(60, 80, 3).astype(np.uint8)


def rule(face_width: float = 2.0, eye_height: float = 0.5) -> dict[str, float]:
    return {"face_width": face_width, "eye_height": eye_height}


def face(x: float, y: float, other_x: float, other_y: float, side: float = 40.0) -> Face:
    """Return a face with these eyes; only the side of its box matters here."""
    return Face(Box(0, 0, side), 0.9, (x, y, other_x, other_y))


def test_a_level_face_is_cut_as_it_is():
    cut = crop_face(PIXELS, face(30, 30, 50, 30.1), rule())
    np.testing.assert_array_equal(cut, PIXELS[10:50, 20:60])
    assert cut.flags.c_contiguous  # Pillow takes ten times as long for one that is not


def test_the_square_is_as_wide_as_the_eyes_are_apart_and_has_them_at_their_height():
    cut = crop_face(PIXELS, face(30, 20, 40, 20), rule(3.0, 0.4))
    np.testing.assert_array_equal(cut, PIXELS[8:38, 20:50])  # the eyes 12 of 30 below its top


def test_on_a_face_from_the_side_the_box_counts():
    cut = crop_face(PIXELS, face(39, 30, 41, 30, side=40), rule(4.0))
    assert cut.shape == (40, 40, 3)


@pytest.mark.parametrize(("left", "top"), [(-3, 2), (2, -3), (5, 4), (-9, -9), (20, 20)])
def test_beyond_the_picture_its_border_is_repeated(left, top):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 10, 3), np.uint8)
    cut = crop_square(pixels, left, top, 7)
    assert cut.shape == (7, 7, 3)
    padded = np.pad(pixels, ((30, 30), (30, 30), (0, 0)), mode="edge")
    assert (cut == padded[30 + top : 37 + top, 30 + left : 37 + left]).all()


@pytest.mark.parametrize("tilt", [-30, -5, 3, 20, 45])
def test_a_tilted_face_is_turned_until_its_eyes_are_level(tilt):
    upright = np.zeros((200, 200, 3), np.uint8)
    upright[88:92, 68:72, 0] = upright[88:92, 128:132, 2] = 255  # a red and a blue eye
    upright[118:122, 98:102, 1] = 255  # and a green nose
    turned = np.asarray(
        Image.fromarray(upright).rotate(-tilt, Image.Resampling.BICUBIC)  # clockwise
    )
    angle = np.radians(tilt)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    eyes = [turn @ np.array(eye) + 100 for eye in ((-30, -10), (30, -10))]
    found = face(*eyes[0], *eyes[1], side=100)
    assert found.tilt == pytest.approx(tilt)
    cut = crop_face(turned, found, rule(2.0, 0.4)).astype(float)
    assert cut.shape == (120, 120, 3)
    for channel, place in enumerate([(30, 48), (60, 78), (90, 48)]):  # red, green, blue
        y, x = np.average(
            np.indices((120, 120)).reshape(2, -1) + 0.5, axis=1, weights=cut[..., channel].ravel()
        )
        assert (x, y) == pytest.approx(place, abs=0.6)


def _as_if_level(tilted: Face) -> Face:
    x, y, other_x, other_y = tilted.eyes
    middle, apart = (y + other_y) / 2, np.hypot(other_x - x, other_y - y)
    left = (x + other_x - apart) / 2
    return replace(tilted, eyes=(left, middle, left + apart, middle))


@pytest.mark.parametrize("tilt", [-25, 15])
def test_a_photograph_and_the_same_held_askew_give_nearly_the_same_cut(tilt):
    detector = FaceDetector()
    upright = data.astronaut()
    askew = np.asarray(
        Image.fromarray(upright).rotate(-tilt, Image.Resampling.BICUBIC, center=(224, 125))
    )
    one, same = detector.detect(upright)[0], detector.detect(askew)[0]
    assert same.tilt - one.tilt == pytest.approx(tilt, abs=6)
    cuts = [
        np.asarray(Image.fromarray(cut).resize((48, 48)).convert("L"), float).ravel()
        for cut in (
            crop_face(upright, one, DEFAULT_CROP_RULE),
            crop_face(askew, same, DEFAULT_CROP_RULE),
            crop_face(askew, _as_if_level(same), DEFAULT_CROP_RULE),
        )
    ]
    alike = np.corrcoef(cuts)
    assert alike[0, 1] > 0.75
    assert alike[0, 1] > alike[0, 2] + 0.15


def test_what_a_rule_is_written_as_is_read_again(tmp_path):
    assert read_crop_rule(tmp_path) == DEFAULT_CROP_RULE
    (tmp_path / "crop.json").write_text(crop_rule_json(rule(3.3, 0.41)))
    assert read_crop_rule(tmp_path) == rule(3.3, 0.41)
    contract = Contract(
        labels=("a", "b"), width=8, height=8, activation="softmax", **rule(3.3, 0.41)
    )
    assert crop_rule_of(contract) == rule(3.3, 0.41)


BAD_RULES = ["", "[]", "{}", '{"face_width": 1}', json.dumps(rule() | {"more": 1})]
BAD_RULES += [json.dumps(rule(width)) for width in (0.0, -1.0, 21.0)]
BAD_RULES += ['{"face_width": NaN, "eye_height": 0}', '{"face_width": 2.7, "eye_height": "x"}']


@pytest.mark.parametrize("text", BAD_RULES)
def test_a_rule_that_is_none_is_refused(text, tmp_path):
    (tmp_path / "crop.json").write_text(text)
    with pytest.raises(UserError, match=r"crop\.json: not a crop rule"):
        read_crop_rule(tmp_path)
