"""The interval of macro-F1 covers the true value, on small sets too."""

import numpy as np
import pytest

from evaluation.macro_f1 import macro_f1, macro_f1_interval

CLASSES = 7
SETS = 300


def confusion(accuracy: float, seed: int) -> np.ndarray:
    """Return the probability of each cell, for equally frequent classes that are not alike."""
    rng = np.random.default_rng(seed)
    errors = (1 - accuracy) * rng.dirichlet(np.full(CLASSES, 2.0)) * CLASSES
    shares = np.zeros((CLASSES, CLASSES))
    for i, error in enumerate(np.minimum(errors, 0.95)):
        mistaken = error * rng.dirichlet(np.full(CLASSES - 1, 0.5))
        shares[i] = np.insert(mistaken, i, 1 - error)
    return shares / CLASSES


@pytest.mark.parametrize("accuracy", [0.6, 0.9, 0.98])
@pytest.mark.parametrize("images", [20, 50, 100, 700])
def test_the_interval_covers_the_true_value_in_95_percent(images, accuracy):
    rng, covered = np.random.default_rng(images), 0
    for seed in range(SETS):
        shares = confusion(accuracy, seed)
        matrix = rng.multinomial(images, shares.ravel()).reshape(shares.shape)
        low, high = macro_f1_interval(matrix)
        covered += low <= float(macro_f1(shares)) <= high
        assert low <= float(macro_f1(matrix)) <= high
    # With a coverage of 0.95, chance alone leaves 300 sets below 0.92 in 1 of 100 cases.
    assert covered / SETS >= 0.92


def test_the_interval_of_one_picture_says_that_nothing_is_known():
    low, high = macro_f1_interval(np.array([[1, 0], [0, 0]]))
    assert low < 0.05
    assert high == 1
