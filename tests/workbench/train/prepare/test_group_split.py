"""Split groups of pictures by the shares and by class."""

import numpy as np
import pytest

from train.prepare.group_split import assign_splits, parse_split

EMPTY_SPLITS = np.zeros((3, 7))  # no pictures yet in 3 splits of 7 classes


def test_each_class_is_split_by_the_shares():
    pictures = np.eye(7)[np.random.default_rng(0).permutation(np.repeat(range(7), 100))]
    places = assign_splits(pictures, EMPTY_SPLITS, parse_split("70/15/15"), 0)
    counts = [pictures[places == split].sum(axis=0).tolist() for split in range(3)]
    assert counts == [[70] * 7, [15] * 7, [15] * 7]


def test_a_rare_class_is_in_every_split_if_there_are_three_of_it():
    pictures = np.eye(7)[[0] * 50 + [1] * 3 + [2] * 2]
    places = assign_splits(pictures, EMPTY_SPLITS, parse_split("70/15/15"), 0)
    assert sorted(places[50:53]) == [0, 1, 2]
    assert sorted(places[53:]) == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_the_people_with_the_most_pictures_are_in_train(seed):
    people = np.full((20, 7), 2.0)
    people[4], people[11] = 60, 50
    places = assign_splits(people, EMPTY_SPLITS, parse_split("70/15/15"), seed)
    assert places[4] == places[11] == 0
    assert set(places) == {0, 1, 2}


def test_the_split_depends_on_the_seed_and_on_the_existing_pictures():
    pictures = np.eye(7)[[0] * 100]
    places = [
        assign_splits(pictures, EMPTY_SPLITS, parse_split("60/40/0"), seed) for seed in (1, 1, 2)
    ]
    assert np.array_equal(places[0], places[1])
    assert not np.array_equal(places[0], places[2])
    assert np.bincount(places[0]).tolist() == [60, 40]
    existing = np.zeros((3, 7))
    existing[0, 0] = 60
    places = assign_splits(pictures, existing, parse_split("60/40/0"), 0)
    assert np.bincount(places).tolist() == [36, 64]
