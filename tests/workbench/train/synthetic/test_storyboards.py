"""Storyboards of the drawn videos, and their ground truth."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from train.synthetic.action_units import EXPRESSIONS
from train.synthetic.motion import TRANSITION_S
from train.synthetic.storyboards import OCCLUSION_S, STORYBOARDS, storyboard_of
from train.synthetic.videos import FRAME_COUNTS, NO_FACE, ground_truth


@pytest.mark.parametrize("name", STORYBOARDS)
def test_frames_are_a_tenth_of_a_second_apart_but_not_evenly(name: str) -> None:
    times = storyboard_of(0, name).times[: FRAME_COUNTS[name]]
    steps = np.diff(times)
    assert len(times) == FRAME_COUNTS[name] and times[0] == 0
    assert 20 < times[-1] < 30
    assert steps.min() > 0.04 and 0.005 < steps.std() < 0.02


@pytest.mark.parametrize("name", STORYBOARDS)
def test_the_ground_truth_has_known_labels_in_order_and_several_changes(name: str) -> None:
    rows = list(ground_truth(storyboard_of(0, name)))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert {row[2] for row in rows} <= {*EXPRESSIONS, NO_FACE}
    for person in {row[1] for row in rows}:
        labels = [row[2] for row in rows if row[1] == person]
        changes = sum(a != b for a, b in pairwise(labels))
        assert 2 <= changes <= 16
    for _, _, label, x, y in rows:
        if label == NO_FACE:
            assert x is None and y is None
        else:
            assert 0 < x < 640 and 0 < y < 480


def test_a_label_changes_when_the_new_expression_is_half_grown() -> None:
    (actor,) = storyboard_of(0, "grows-and-fades").actors
    change = next(change for change in actor.changes if change.label != "neutral")
    before, after = change.second - TRANSITION_S / 2, change.second + TRANSITION_S / 2
    no_jitter = SimpleNamespace(normal=lambda mean, deviation: mean)
    unit = max(change.units, key=change.units.get)
    start, half, end = (
        actor.units(second, no_jitter)[unit] for second in (before, change.second, after)
    )
    assert end == change.units[unit] > 0.7
    assert half == pytest.approx((start + end) / 2)
    assert actor.label(change.second - 0.01) == "neutral"
    assert actor.label(change.second) == change.label


def test_a_person_who_leaves_is_absent_but_a_briefly_hidden_one_is_not() -> None:
    storyboard = storyboard_of(0, "somebody-leaves")
    absent = [row[0] for row in ground_truth(storyboard) if row[2] == NO_FACE]
    assert 4 < absent[-1] - absent[0] < 10
    for start in storyboard.occlusions:
        assert storyboard.is_occluded(start) and not storyboard.is_occluded(start + OCCLUSION_S)
        assert storyboard.actors[0].is_in_view(start, 640)


def test_two_faces_meet_twice() -> None:
    storyboard = storyboard_of(0, "two-crossing")
    distances = [
        np.subtract(*(actor.face_centre(second)[0] for actor in storyboard.actors))
        for second in storyboard.times
    ]
    assert np.count_nonzero(np.diff(np.sign(distances))) == 2
    assert np.abs(distances).max() > 250
