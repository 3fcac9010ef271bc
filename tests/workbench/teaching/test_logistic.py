"""The fit of a taught head against scikit-learn's."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from emotion_edge.teaching.lesson import mid_p
from emotion_edge.teaching.logistic import fit_path
from evaluation.paired import PairedLoss


@pytest.mark.parametrize(("rows", "inputs"), [(140, 30), (28, 200)])
def test_without_given_logits_it_is_scikit_learns(rows, inputs):
    rng = np.random.default_rng(0)
    targets = np.arange(rows) % 7
    features = rng.normal(size=(7, inputs))[targets] + rng.normal(0, 2, (rows, inputs))
    features /= np.sqrt(inputs)
    weights = rng.uniform(0.5, 1.5, rows)
    weights /= weights.sum()
    strengths = [1.0, 0.01, 1e-3]
    path = fit_path(
        features, np.zeros((rows, 7)), targets, weights, [np.full(7, each) for each in strengths]
    )
    for strength, found in zip(strengths, path, strict=True):
        reference = LogisticRegression(
            C=1 / strength, fit_intercept=False, tol=1e-10, max_iter=100_000
        ).fit(features, targets, sample_weight=weights)
        assert pytest.approx(reference.coef_, abs=1e-4) == found.T


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (5, 0), (3, 4), (60, 41)])
def test_the_sign_test_is_that_of_a_conversions_losses(gained, lost):
    assert mid_p(gained, lost) == pytest.approx(PairedLoss(1000, gained, lost).p_value)
