"""The temperature that calibrates the scores."""

from dataclasses import replace

import numpy as np
import pytest

from convert.calibration import fit_temperature
from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores

CONTRACT = Contract(labels=("a", "b", "c"), width=8, height=8, activation="softmax")


@pytest.mark.parametrize("truth", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_the_temperature_that_generated_the_labels_is_found(truth, activation):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 3))
    contract = replace(CONTRACT, activation=activation)
    probabilities = scores(logits, replace(contract, temperature=truth))
    targets = (rng.random((20_000, 1)) > probabilities.cumsum(axis=1)).sum(axis=1).clip(0, 2)
    assert fit_temperature(logits, targets, contract) == pytest.approx(truth, rel=0.06)


def test_a_model_without_errors_gets_a_temperature_within_bounds():
    targets = np.arange(30) % 3
    assert 0.1 < fit_temperature(4.0 * np.eye(3)[targets], targets, CONTRACT) < 1


def test_without_pictures_the_temperature_is_not_changed():
    contract = replace(CONTRACT, temperature=1.7)
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, int), contract) == 1.7
