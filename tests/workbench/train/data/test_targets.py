"""What a network should answer: people's labels, the odds of their part, and the teachers' word."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from train.data.split import Split
from train.data.targets import make_plain_targets, make_targets, part_odds

VOTES = np.float32([[6, 2, 0, 2], [0, 4, 0, 0], [0, 0, 5, 5], [8, 0, 0, 0]])
SPLIT = Split(
    images=np.zeros((4, 2, 2, 1), np.uint8),
    targets=np.array([0, 1, 2, 0]),
    votes=VOTES,
    unsure=np.array([False, True, False, True]),
    part=np.array([0, 0, 1, 1]),
    paths=[Path(name) for name in "abcd"],
    pictures=list("abcd"),
    key="",
)
ONE_PART = replace(SPLIT, part=np.zeros(4, np.int64))
SHARES = np.array([[0.75, 0.25, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
LABELS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])


@pytest.mark.parametrize(("soft_labels", "people"), [(True, SHARES), (False, LABELS)])
def test_without_teachers_a_target_is_what_people_say(soft_labels, people):
    targets = make_targets(ONE_PART, soft_labels=soft_labels)
    assert targets.dtype == np.float32
    assert targets == pytest.approx(np.hstack([people, np.ones((4, 3)), np.zeros((4, 3))]))


def test_half_of_a_sure_target_is_the_teachers_and_most_of_an_unsure_one():
    taught = np.random.default_rng(0).dirichlet(np.ones(3), 4).astype(np.float32)
    people, _, teachers = np.split(
        make_targets(replace(ONE_PART, taught=taught), soft_labels=True), 3, axis=1
    )
    share = np.array([[0.5], [0.8], [0.5], [0.8]])
    assert people == pytest.approx((1 - share) * SHARES, abs=1e-6)
    assert teachers == pytest.approx(share * taught, abs=1e-6)
    assert (people + teachers).sum(axis=1) == pytest.approx(1)


def test_the_odds_say_how_much_more_frequent_a_class_is_in_its_part():
    everywhere = SHARES.mean(axis=0)
    ratios = SHARES[:2].mean(axis=0) / everywhere, SHARES[2:].mean(axis=0) / everywhere
    expected = np.array([ratio / ratio.max() for ratio in ratios])
    assert part_odds(SPLIT) == pytest.approx(expected)
    assert part_odds(SPLIT)[0, 2] == part_odds(SPLIT)[1, 1] == 0  # classes that a part lacks
    odds = make_targets(SPLIT, soft_labels=True)[:, 3:6]
    assert odds == pytest.approx(expected[[0, 0, 1, 1]])


def test_a_part_without_a_sure_picture_gives_no_warning_and_no_other_odds(recwarn):
    alone = replace(SPLIT, part=np.array([0, 0, 2, 2]))
    assert part_odds(alone)[[0, 2]] == pytest.approx(part_odds(SPLIT))
    assert np.isfinite(part_odds(alone)).all()
    assert not recwarn.list


def test_a_network_is_evaluated_by_the_labels_alone():
    taught = np.full((4, 3), 1 / 3, np.float32)
    plain = make_plain_targets(replace(SPLIT, taught=taught))
    assert plain == pytest.approx(np.hstack([LABELS, np.ones((4, 3)), np.zeros((4, 3))]))


def test_parts_that_lack_a_class_are_left_out_unless_all_do():
    split = replace(SPLIT, part=np.array([0, 0, 0, 1]))
    complete = split.of_complete_parts()
    assert (complete.pictures, complete.targets.tolist()) == (["a", "b", "c"], [0, 1, 2])
    assert SPLIT.of_complete_parts() is SPLIT
