"""Drawn faces: their place in the picture and their expressions."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from train.synthetic.action_units import EXPRESSIONS, MORE_EXPRESSIONS, express, sample_units
from train.synthetic.canvas import Pose
from train.synthetic.identities import sample_person
from train.synthetic.mouth import TONGUE
from train.synthetic.renderer import Light, draw_face

EVEN = Light(contrast=0)


def test_a_face_is_drawn_at_its_pose_on_a_copy_of_the_picture() -> None:
    room = Image.new("RGB", (320, 240), (90, 120, 150))
    person = sample_person(np.random.default_rng(0))
    drawn = draw_face(room, person, express("happy"), Pose(80, 100, 40), Light())
    assert room.getcolors() == [(320 * 240, (90, 120, 150))]
    changed = (np.asarray(drawn) != np.asarray(room)).any(axis=2)
    assert changed[70:130, 65:95].all()  # the head
    assert not changed[:, 160:].any()  # the other half of the room


def test_a_face_outside_the_picture_changes_nothing() -> None:
    room = Image.new("RGB", (100, 100))
    person = sample_person(np.random.default_rng(0))
    drawn = draw_face(room, person, express("sad"), Pose(-400, 50, 40), Light())
    assert drawn.tobytes() == room.tobytes()


def test_an_expression_at_intensity_zero_is_the_neutral_face() -> None:
    assert set(express("fear", 0.0).values()) == {0.0}
    assert express("happy", 0.5)[12] == EXPRESSIONS["happy"][12] / 2


def portrait(units: Mapping[int, float]) -> np.ndarray:
    """Draw a face of 200 pixels in the middle, in even light; the eyes are at half its height."""
    person = replace(sample_person(np.random.default_rng(1)), glasses="", hair_style="buzz")
    picture = draw_face(Image.new("RGB", (240, 240)), person, units, Pose(120, 120, 100), EVEN)
    return np.asarray(picture).astype(int)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_wink_closes_the_eye_on_one_side_and_leaves_the_other_as_it_is(side: int) -> None:
    left, right = (slice(105, 130), slice(70, 95)), (slice(105, 130), slice(145, 170))
    winking, other = (left, right) if side < 0 else (right, left)
    open_eyes, wink = portrait({}), portrait({46: side})
    assert (open_eyes[winking].min(axis=2) > 200).sum() > 20  # the white of the eye
    assert not (wink[winking].min(axis=2) > 200).any()
    assert np.array_equal(wink[other], open_eyes[other])


def test_a_tongue_hangs_over_the_lower_lip() -> None:
    mouth = slice(175, 230), slice(100, 140)
    without = express("tongue out") | {19: 0.0}
    shares = [
        (np.abs(portrait(units)[mouth] - TONGUE).max(axis=2) < 8).mean()
        for units in (without, express("tongue out"))
    ]
    assert shares[1] > shares[0] + 0.2


def test_winks_are_on_either_side_and_clear() -> None:
    rng = np.random.default_rng(0)
    winks = [sample_units("wink", rng)[46] for _ in range(40)]
    assert min(map(abs, winks)) > 0.6
    assert 8 < sum(wink > 0 for wink in winks) < 32
    assert not set(MORE_EXPRESSIONS) & set(EXPRESSIONS)
