"""What is learnt: something where there is something to gain, nothing where not, and no harm."""

import math
from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.calibration import calibrate
from emotion_edge.teaching.cross_validation import MOST, STRANGE, cross_validate
from emotion_edge.teaching.feature_space import held_radius
from emotion_edge.teaching.lesson import SIGNIFICANCE, learn, mid_p
from tests.edge.teaching.worlds import (
    FEATURES,
    LABELS,
    MODEL,
    World,
    answers,
    own_answers,
    own_right,
    right,
)


@pytest.mark.parametrize("each", [5, 20])
def test_strange_faces_are_learnt_and_the_gain_is_told_honestly(each):
    world = World(0, strange=2.5)
    lesson = learn(world.faces(each), MODEL)
    assert lesson.better
    asked, held = world.faces(200), lesson.held
    told = (held.after.argmax(axis=1) == held.faces.targets).mean()
    assert right(lesson.head, asked).mean() > own_right(asked).mean() + 0.1
    assert told == pytest.approx(right(lesson.head, asked).mean(), abs=0.12)
    was = (held.before.argmax(axis=1) == held.faces.targets).mean()
    assert was == pytest.approx(own_right(held.faces).mean())


@pytest.mark.parametrize("each", [1, 2, 3, 10])
def test_where_nothing_is_to_be_gained_nothing_is_lost(each):
    changes = []
    for seed in range(12):
        world = World(seed)
        lesson, asked = learn(world.faces(each), MODEL), world.faces(100)
        own = own_right(asked)
        changes.append((right(lesson.head, asked).astype(float) - own).mean() * lesson.better)
    error = np.std(changes) / math.sqrt(len(changes))
    assert np.mean(changes) > -2 * error - 0.002
    assert min(changes) > -0.02


def test_a_strength_that_is_better_by_chance_only_is_not_chosen():
    worlds = [World(seed).faces(5) for seed in range(12)]
    strengths = [cross_validate(each, MODEL, held_radius(each)).strength for each in worlds]
    assert strengths.count(math.inf) > 10  # the lowest loss alone would choose it in seven


@pytest.mark.parametrize("strange", [0.0, 6.0])
@pytest.mark.parametrize("labels", [LABELS, (*LABELS, "wink")])
def test_what_cannot_be_checked_changes_nothing(strange, labels):
    world = World(5, strange=strange, labels=labels)
    faces = world.faces(4, burst=4)
    lesson = learn(faces, MODEL)
    assert (lesson.held, lesson.p_value, lesson.better) == (None, 1.0, False)
    assert (lesson.head.enter, lesson.head.leave) == (MODEL.enter, MODEL.leave)
    assert answers(lesson.head, faces) == pytest.approx(own_answers(faces))


def shuffled(faces, seed):
    """The same faces with labels at random, as of somebody who shows the wrong expressions."""
    return replace(faces, targets=np.random.default_rng(seed).permutation(faces.targets))


@pytest.mark.parametrize("strange", [0.0, 6.0])
@pytest.mark.parametrize("each", [2, 10])
def test_wrong_labels_teach_nothing(strange, each):
    lessons = [learn(shuffled(World(s, strange=strange).faces(each), s), MODEL) for s in range(12)]
    assert not any(lesson.better for lesson in lessons)


def test_labels_of_ones_own_that_are_not_found_or_cost_more_than_they_bring_change_nothing():
    world = World(0, labels=(*LABELS, "wink"))
    faces = world.faces(6)
    wink = faces.targets == len(LABELS)
    others = np.flatnonzero(~wink)[: wink.sum()]
    features = faces.features.copy()
    features[wink] = features[others]  # a wink looks like nothing of its own
    assert not learn(replace(faces, features=features), MODEL).better


def test_a_label_of_ones_own_that_could_not_be_checked_changes_nothing():
    faces = World(0, labels=(*LABELS, "wink")).faces(6)
    wink = faces.targets == len(LABELS)
    once = np.where(wink, faces.bursts[wink][0], faces.bursts)
    assert learn(faces, MODEL).better
    assert not learn(replace(faces, bursts=once), MODEL).better


def test_two_faces_are_enough_if_the_models_own_head_is_no_guide():
    faces = [World(seed, strange=6.0).faces(2) for seed in range(16)]
    lessons = [learn(each, MODEL) for each in faces]
    for each in lessons:
        assert each.held.strange == (own_right(each.held.faces).mean() < MOST)
    lessons = [each for each in lessons if each.held.strange]
    assert all(each.held.strength <= STRANGE for each in lessons)
    assert sum(each.better for each in lessons) >= len(lessons) / 2 > 2
    assert any(each.better and each.p_value > SIGNIFICANCE for each in lessons)
    for lesson in lessons:  # but most must be right then
        found = lesson.held.after.argmax(axis=1) == lesson.held.faces.targets
        assert not lesson.better or found.mean() >= MOST


def test_labels_of_ones_own_do_not_make_the_model_a_bad_guide():
    world = World(0, labels=(*LABELS, *"abcdefgh"))  # it cannot name most faces right
    assert not learn(world.faces(3), MODEL).held.strange
    assert not learn(
        world.faces(3).only(np.arange(3 * len(LABELS), 3 * len(world.labels))), MODEL
    ).held.strange


def test_what_only_a_burst_has_in_common_is_not_taken_for_an_expression():
    shares, rng = [], np.random.default_rng(0)
    for seed in range(5):
        faces = World(seed).faces(24, burst=12)
        common = rng.normal(size=(faces.bursts.max() + 1, 1, FEATURES))[faces.bursts]
        features = common + rng.normal(0, 0.1, faces.features.shape)
        logits = rng.normal(size=faces.logits.shape)  # the model just guesses
        guessed = replace(faces, features=features, logits=logits)
        held = cross_validate(guessed, MODEL, held_radius(guessed))
        shares.append((held.after.argmax(axis=1) == held.faces.targets).mean())
        assert (held.strange, held.strength) == (True, STRANGE)  # though a stronger pull is better
    assert np.mean(shares) < 0.3  # one of seven would be chance


def test_a_label_of_ones_own_is_something_to_gain():
    assert learn(World(0, labels=(*LABELS, "wink")).faces(6), MODEL).better


def test_temperature_and_thresholds_come_from_held_out_faces():
    faces = World(0, strange=2.0).faces(20)
    lesson = learn(faces, MODEL)
    head, held = lesson.head, lesson.held
    plain = replace(head, temperature=1.0).contract(MODEL)
    fitted = calibrate(held.after, held.faces.targets, plain)
    found = head.contract(MODEL)
    assert (found.temperature, found.enter) == (fitted.temperature, fitted.enter)
    assert found.leave == pytest.approx(0.75 * found.enter, abs=1e-4)
    taught = calibrate(answers(head, faces), faces.targets, plain)
    assert found.temperature != taught.temperature


@pytest.mark.parametrize("rows", [[0, 1], []])
def test_faces_of_fewer_than_two_labels_are_refused(rows):
    with pytest.raises(UserError, match="only: nothing to tell them from; add faces of another"):
        learn(World(0).faces(2).only(np.array(rows, int)), MODEL)


def test_the_sign_test_is_the_binomial_distributions():
    assert mid_p(0, 0) == 0.5
    assert mid_p(5, 0) == pytest.approx(0.5**5 / 2)
    assert mid_p(4, 1) == pytest.approx((1 + 5 / 2) / 32)
    assert mid_p(1, 4) == pytest.approx(1 - mid_p(4, 1))
    assert mid_p(700, 600) == pytest.approx(0.0028, abs=2e-4)
