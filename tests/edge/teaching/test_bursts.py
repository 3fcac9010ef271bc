"""Bursts: which pictures belong together, and how they are divided."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.teaching.bursts import FOLDS, burst_means, divide, number_bursts
from tests.edge.teaching.worlds import LABELS, World


def name(clock: str, number: int = 1) -> str:
    """Return a picture's name as `collect` writes it."""
    return f"20261128-{clock}-000000-{number:04}.png"


def together(*names: tuple[str, str]) -> list[set[int]]:
    """Return the places of the pictures of each burst."""
    numbers = number_bursts(names)
    return [set(np.flatnonzero(numbers == each).tolist()) for each in dict.fromkeys(numbers)]


def test_less_than_ten_seconds_from_picture_to_picture_is_one_burst():
    clocks = ("120000", "120009", "120018", "120028", "120030")
    assert together(*(("happy", name(clock)) for clock in clocks)) == [{0, 1, 2}, {3, 4}]


def test_the_order_of_the_names_does_not_matter():
    clocks = ("120030", "120000", "120028", "120009")
    assert together(*(("happy", name(clock)) for clock in clocks)) == [{0, 2}, {1, 3}]


def test_labels_that_follow_each_other_at_once_are_different_bursts():
    shown = (("happy", "120000"), ("sad", "120002"), ("happy", "120004"))
    assert together(*((label, name(clock)) for label, clock in shown)) == [{0, 2}, {1}]


@pytest.mark.parametrize(
    "form", ["IMG_{}_{}.jpg", "{}_{}_1.jpg", "PXL_{}_{}123.MP.jpg", "me {}-{} (2).png", "x-{}-{}"]
)
def test_the_names_that_telephones_give_say_the_time_too(form):
    names = [form.format("20261128", clock) for clock in ("120000", "120009", "120030")]
    assert together(*(("happy", each) for each in names)) == [{0, 1}, {2}]


@pytest.mark.parametrize(
    "other",
    [
        *(
            "IMG_1.jpg",
            "20261399-120000-000000-0001.png",
            "20261128.png",
            "IMG-20261128-WA0001.jpg",
        ),
        *("120261128_120000.png", "20261128_1200.png", "20261128_12000012.png"),
    ],
)
def test_a_picture_without_a_time_is_a_burst_of_its_own(other):
    names = [("happy", each) for each in (other, name("120000"), other, name("120001", 2))]
    assert together(*names) == [{0}, {1, 3}, {2}]


def test_midnight_divides_no_burst():
    names = ("20261231-235958-900000-0001.png", "20270101-000003-000000-0002.png")
    assert together(*(("happy", each) for each in names)) == [{0, 1}]


@pytest.mark.parametrize("bursts", [2, 3, 5, 8])
def test_no_fold_divides_a_burst_or_takes_all_of_a_label(bursts):
    faces = World(0).faces(4 * bursts, burst=4)
    folds = divide(faces)
    for burst in np.unique(faces.bursts):
        assert len(np.unique(folds[faces.bursts == burst])) == 1
    assert set(folds) <= set(range(FOLDS))
    for fold in np.unique(folds):
        assert len(np.unique(faces.targets[folds != fold])) == len(LABELS)


def test_the_only_burst_of_a_label_is_always_taught():
    faces = World(0).faces(4, burst=2)
    single = faces.targets == 2
    faces = replace(faces, bursts=np.where(single, faces.bursts[single][0], faces.bursts))
    folds = divide(faces)
    assert (folds[single] == -1).all()
    assert (folds[~single] >= 0).all()
    assert (divide(World(0).faces(4, burst=4)) == -1).all()


def test_folds_are_about_equally_large():
    sizes = np.bincount(divide(World(0).faces(5)))
    assert len(sizes) == FOLDS
    assert sizes.tolist() == [7] * FOLDS


def test_a_burst_counts_once():
    values = np.array([1.0, 0.0, 1.0, 1.0])
    assert burst_means(values, np.array([7, 7, 3, 3])).tolist() == [1.0, 0.5]
