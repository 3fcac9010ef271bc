"""How a face is cut out: the square, its tilt, what lies beyond the picture."""

import json

import numpy as np
import pytest
from PIL import Image
from skimage import data

from edge.contract import Contract
from edge.crop import DEFAULT_RULE, Box, cut_face, cut_square, read_rule, rule_of, rule_text
from edge.errors import UserError
from edge.faces import FaceFinder

PIXELS = np.arange(60 * 80 * 3, dtype=np.uint32).reshape(60, 80, 3).astype(np.uint8)


def rule(face_margin: float = 1.0, face_rise: float = 0.0) -> dict[str, float]:
    return {"face_margin": face_margin, "face_rise": face_rise}


def test_a_level_face_inside_is_a_view_of_the_frame():
    cut = cut_face(PIXELS, Box(20, 10, 30), 0.5, rule())
    np.testing.assert_array_equal(cut, PIXELS[10:40, 20:50])
    assert np.shares_memory(cut, PIXELS)


def test_margin_and_rise_count_in_sides_of_the_box():
    # Twice the side, and its middle a tenth of the box's side above the box's middle.
    cut = cut_face(PIXELS, Box(30, 25, 20), 0.0, rule(2.0, 0.1))
    np.testing.assert_array_equal(cut, PIXELS[13:53, 20:60])


def test_beyond_the_frame_its_border_is_repeated():
    cut = cut_square(PIXELS, -5, -7, 20)
    assert cut.shape == (20, 20, 3)
    np.testing.assert_array_equal(cut[7:, 5:], PIXELS[:13, :15])
    np.testing.assert_array_equal(cut[:8, 5:], np.broadcast_to(PIXELS[0, :15], (8, 15, 3)))
    np.testing.assert_array_equal(cut[7:, 2], PIXELS[:13, 0])
    far = cut_square(PIXELS, 500, 500, 4)
    np.testing.assert_array_equal(far, np.broadcast_to(PIXELS[-1, -1], (4, 4, 3)))


@pytest.mark.parametrize("tilt", [-30, -5, 3, 20, 45])
def test_a_tilted_face_is_turned_until_its_eyes_are_level(tilt):
    upright = np.zeros((200, 200, 3), np.uint8)
    upright[90:94, 70:74] = upright[90:94, 126:130] = 255  # two eyes
    upright[116:120, 98:102, 1] = 255  # and a nose
    turned = np.asarray(
        Image.fromarray(upright).rotate(-tilt, Image.Resampling.BICUBIC)  # clockwise
    )
    cut = cut_face(turned, Box(50, 50, 100), tilt, rule(1.2, 0.1)).astype(float)
    expected = cut_face(upright, Box(50, 50, 100), 0.0, rule(1.2, 0.1)).astype(float)
    for channel in (0, 1):
        middles = [
            np.average(np.indices(picture.shape[:2]).reshape(2, -1), axis=1, weights=weights)
            for picture in (cut, expected)
            for weights in [picture[..., channel].ravel()]
        ]
        assert middles[0] == pytest.approx(middles[1], abs=0.5)
    rows = np.average(np.indices(cut.shape[:2])[0][:, :60].ravel(), weights=cut[:, :60, 0].ravel())
    other = np.average(np.indices(cut.shape[:2])[0][:, 60:].ravel(), weights=cut[:, 60:, 0].ravel())
    assert rows == pytest.approx(other, abs=0.5)


@pytest.mark.parametrize("tilt", [-25, 15])
def test_a_photograph_and_the_same_held_askew_give_nearly_the_same_cut(tilt):
    finder = FaceFinder()
    upright = data.astronaut()
    askew = np.asarray(
        Image.fromarray(upright).rotate(-tilt, Image.Resampling.BICUBIC, center=(224, 125))
    )
    (face,), (same,) = finder.find(upright), finder.find(askew)
    assert same.tilt - face.tilt == pytest.approx(tilt, abs=6)
    cuts = [
        np.asarray(Image.fromarray(cut).resize((48, 48)).convert("L"), float).ravel()
        for cut in (
            cut_face(upright, face.box, face.tilt, DEFAULT_RULE),
            cut_face(askew, same.box, same.tilt, DEFAULT_RULE),
            cut_face(askew, same.box, 0.0, DEFAULT_RULE),
        )
    ]
    alike = np.corrcoef(cuts)
    assert alike[0, 1] > 0.75
    assert alike[0, 1] > alike[0, 2] + 0.15


def test_what_a_rule_is_written_as_is_read_again(tmp_path):
    assert read_rule(tmp_path) == DEFAULT_RULE
    (tmp_path / "crop.json").write_text(rule_text(rule(1.7, 0.2)))
    assert read_rule(tmp_path) == rule(1.7, 0.2)
    contract = Contract(
        labels=("a", "b"), width=8, height=8, activation="softmax", **rule(1.7, 0.2)
    )
    assert rule_of(contract) == rule(1.7, 0.2)


BAD_RULES = ["", "[]", "{}", '{"face_margin": 1}', json.dumps(rule() | {"more": 1})]
BAD_RULES += [json.dumps(rule(margin)) for margin in (0.0, -1.0, 11.0)]
BAD_RULES += ['{"face_margin": NaN, "face_rise": 0}', '{"face_margin": 1.2, "face_rise": "x"}']


@pytest.mark.parametrize("text", BAD_RULES)
def test_a_rule_that_is_none_is_refused(text, tmp_path):
    (tmp_path / "crop.json").write_text(text)
    with pytest.raises(UserError, match=r"crop\.json: not a crop rule"):
        read_rule(tmp_path)
