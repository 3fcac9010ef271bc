"""Drawn faces: their place in the picture and their expressions."""

import numpy as np
from PIL import Image

from train.synthetic.action_units import EXPRESSIONS, express
from train.synthetic.canvas import Pose
from train.synthetic.identities import sample_person
from train.synthetic.renderer import Light, draw_face


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
