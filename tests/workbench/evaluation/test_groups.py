"""Figures of groups of images, and the largest gap between two of them."""

import numpy as np
import pytest

from evaluation.groups import by_name


def make(groups: dict[str, tuple[int, int]]):
    """Return names, predictions and targets of groups with so many right of so many images."""
    names, predictions = [], []
    for name, (right, count) in groups.items():
        names += [name] * count
        predictions += [0] * right + [1] * (count - right)
    return np.array(names), np.array(predictions), np.zeros(len(names), np.int64)


def test_the_largest_gap_has_newcombes_interval():
    """The example and the interval are those of Newcombe 1998, table II, (a), method 10."""
    found = by_name(*make({"A": (56, 70), "B": (48, 80), "C": (7, 10)}))
    assert found["groups"]["A"]["accuracy"] == pytest.approx(0.8)
    assert found["groups"]["C"]["images"] == 10
    gap = found["largest_gap"]
    assert (gap["best"], gap["worst"], gap["gap"]) == ("A", "B", pytest.approx(0.2))
    assert gap["gap_ci95"] == pytest.approx([0.0524, 0.3339], abs=1e-4)


def test_the_gap_between_two_equal_groups_names_both():
    gap = by_name(*make({"A": (3, 3), "B": (3, 3)}))["largest_gap"]
    assert {gap["best"], gap["worst"]} == {"A", "B"}
    assert gap["gap"] == 0


def test_images_without_a_group_and_a_single_group_have_no_gap():
    names, predictions, targets = make({"A": (1, 2), "": (0, 5)})
    found = by_name(names, predictions, targets)
    assert list(found["groups"]) == ["A"]
    assert found["groups"]["A"]["images"] == 2
    assert found["largest_gap"] is None
    assert by_name(None, predictions, targets) is None


def test_the_mean_recall_counts_each_expression_alike():
    targets = np.array([0, 0, 0, 1])
    found = by_name(np.array(["A"] * 4), np.zeros(4, np.int64), targets)
    assert found["groups"]["A"]["accuracy"] == pytest.approx(0.75)
    assert found["groups"]["A"]["mean_recall"] == pytest.approx(0.5)
