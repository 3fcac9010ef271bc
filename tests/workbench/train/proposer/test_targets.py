"""What the network shall say of a scene."""

import numpy as np
import pytest

from emotion_edge.faces.face_proposer import BOX_UNIT
from emotion_edge.faces.types import Box
from train.proposer.network import STRIDES
from train.proposer.targets import IGNORED, SIDES, make_targets

SIZE = (256, 192)


def boxes_of(targets, stride):
    """Return the boxes that the cells of a stride say, as the proposer reads them."""
    box = targets[f"box_{stride}"]
    rows, columns = np.nonzero(box[..., 3])
    right, down, size, _ = box[rows, columns].T
    unit = BOX_UNIT * stride
    side = np.exp(size) * unit
    x = (columns + 0.5) * stride + right * unit - side / 2
    y = (rows + 0.5) * stride + down * unit - side / 2
    return np.stack([x, y, side], axis=1)


@pytest.mark.parametrize("side", [12, 20, 35, 60, 100, 180, 290])
def test_all_cells_in_the_middle_of_a_face_say_where_it_is(side):
    face = Box(128 - side / 2 + 3, 96 - side / 2 - 2, side)
    targets = make_targets([face], SIZE)
    answering = [stride for stride in STRIDES if len(boxes_of(targets, stride))]
    assert answering == [s for s in STRIDES if SIDES[s][0] <= side <= SIDES[s][1]]
    for stride in answering:
        assert boxes_of(targets, stride) == pytest.approx(
            np.tile(face, (len(boxes_of(targets, stride)), 1)), abs=0.01
        )
        score = targets[f"score_{stride}"][..., 0]
        assert ((score == 1) == (targets[f"box_{stride}"][..., 3] == 1)).all()
        assert score[0, 0] < 0.9


def test_every_size_is_answered_for():
    sides = np.arange(12, 300)
    assert all(any(a <= side <= b for a, b in SIDES.values()) for side in sides)


def test_cells_may_say_anything_of_a_face_that_is_nearly_of_their_size():
    score = make_targets([Box(60, 60, 50)], SIZE)["score_8"]
    assert (score == IGNORED).any()
    assert set(np.unique(score).tolist()) == {IGNORED, 0.0}


def test_a_face_that_is_mostly_outside_is_none():
    targets = make_targets([Box(-40, 50, 60), Box(100, 181, 50)], SIZE)
    assert all((values <= 0).all() for name, values in targets.items() if "score" in name)


def test_a_known_face_is_not_ignored_for_the_sake_of_another():
    faces = [Box(100, 80, 40), Box(85, 60, 56)]
    for order in (faces, faces[::-1]):
        score = make_targets(order, SIZE)["score_8"][..., 0]
        assert score[12, 15] == 1
