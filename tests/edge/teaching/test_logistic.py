"""Logistic regression in numpy. scikit-learn is the reference in tests/workbench/teaching."""

import time

import numpy as np
import pytest

from emotion_edge.teaching.logistic import fit_path


def problem(rows: int, inputs: int, labels: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Return rows, given logits, targets and weights."""
    rng = np.random.default_rng(seed)
    targets = np.arange(rows) % labels
    means = rng.normal(0, 1, (labels, inputs))
    weights = rng.uniform(0.5, 1.5, rows)
    return (
        means[targets] / np.sqrt(inputs) + rng.normal(0, 1, (rows, inputs)) / np.sqrt(inputs),
        rng.normal(0, 1, (rows, labels)),
        targets,
        weights / weights.sum(),
    )


def loss(coefficients, rows, given, targets, weights, strength):
    logits = given + rows @ coefficients
    logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    fit = -(weights * logs[np.arange(len(targets)), targets]).sum()
    return fit + (strength * coefficients**2).sum() / 2


@pytest.mark.parametrize("size", [(60, 8, 3), (14, 90, 7)], ids=["many rows", "many inputs"])
@pytest.mark.parametrize("strength", [3.0, 0.01, 1e-4])
def test_no_small_change_lowers_the_loss(size, strength):
    parts = problem(*size)
    strengths = np.linspace(1, 2, size[2]) * strength  # one for each label
    (found,) = fit_path(*parts, [strengths])
    assert found.shape == size[1:]
    rng, least = np.random.default_rng(1), loss(found, *parts, strengths)
    for _ in range(100):
        change = rng.normal(0, 1e-4, found.shape)
        there = [loss(found + sign * change, *parts, strengths) for sign in (1, -1)]
        assert min(there) > least
        slope = (there[0] - there[1]) / 2 / np.linalg.norm(change)
        assert abs(slope) < 1e-8


def test_along_a_path_each_fit_is_as_if_it_were_alone():
    parts = problem(50, 20, 4)
    strengths = [np.full(4, strength) for strength in (np.inf, 1, 0.03, 1e-3)]
    alone = [next(fit_path(*parts, [strength])) for strength in strengths]
    for one, other in zip(fit_path(*parts, strengths), alone, strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def test_an_infinite_strength_keeps_a_label_as_it_is_given():
    parts = problem(50, 20, 4)
    (found,) = fit_path(*parts, [np.array([np.inf, 0.1, np.inf, 0.1])])
    assert not found[:, [0, 2]].any()
    assert np.abs(found[:, [1, 3]]).min() > 1e-6
    (nothing,) = fit_path(*parts, [np.full(4, np.inf)])
    assert not nothing.any()


def test_a_great_strength_changes_almost_nothing():
    norms = [np.abs(each).max() for each in fit_path(*problem(50, 20, 4), [np.full(4, 1e6)])]
    assert 0 < norms[0] < 1e-6


def test_the_order_of_the_rows_does_not_matter():
    rows, given, targets, weights = problem(70, 90, 7)
    order = np.random.default_rng(2).permutation(70)
    strengths = [np.full(7, 3e-4)]
    (one,) = fit_path(rows, given, targets, weights, strengths)
    (other,) = fit_path(rows[order], given[order], targets[order], weights[order], strengths)
    assert one == pytest.approx(other, abs=1e-6)


def test_faces_that_cannot_be_told_apart_end_the_search():
    rows, given, targets, weights = problem(6, 3, 2)
    (found,) = fit_path(np.zeros_like(rows), 0 * given, targets, weights, [np.full(2, 0.1)])
    assert not found.any()
    separable = [np.full(2, 1e-9)]
    (found,) = fit_path(1e3 * rows, given, targets, weights, separable, tolerance=1e-6)
    assert np.isfinite(found).all()


def test_fifty_faces_of_seven_labels_take_little_time():
    parts = problem(700, 200, 7)
    start = time.process_time()
    list(fit_path(*parts, [np.full(7, 10.0**-n) for n in range(5)]))
    assert time.process_time() - start < 5
