"""The temperature and the thresholds that calibrate the scores."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.model.calibration import (
    MAX_ENTER,
    MIN_ENTER,
    STREAM_ACCURACY,
    at_threshold,
    calibrate,
    find_threshold,
    fit_temperature,
)
from emotion_edge.model.postprocessing import scores
from tests.edge.models import CONTRACT as TINY

CONTRACT = replace(TINY, activation="softmax", prior=(1 / 3, 1 / 3, 1 / 3))


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


@pytest.fixture
def two_parts():
    """Return logits, targets and parts: a hundred easy images, and three hundred harder ones."""
    rng = np.random.default_rng(1)
    logits, targets = rng.normal(0, 1, (400, 3)), rng.integers(0, 3, 400)
    named = np.where(rng.random(400) < 0.87, targets, (targets + 1) % 3)
    named[:100] = targets[:100]
    logits[np.arange(400), named] += 3
    return logits, targets, np.repeat([3, 7], [100, 300])


def test_each_part_counts_as_much_as_another_in_the_temperature(two_parts):
    logits, targets, parts = two_parts
    by_part = fit_temperature(logits, targets, CONTRACT, parts)
    times = np.repeat([3, 1], [100, 300])
    copied = fit_temperature(np.repeat(logits, times, axis=0), np.repeat(targets, times), CONTRACT)
    assert by_part == pytest.approx(copied, rel=0.02)
    assert by_part < 0.95 * fit_temperature(logits, targets, CONTRACT)
    assert fit_temperature(logits, targets, CONTRACT, np.full(400, 5)) == pytest.approx(
        fit_temperature(logits, targets, CONTRACT), rel=1e-3
    )


def test_the_threshold_holds_for_the_hardest_part(two_parts):
    logits, targets, parts = two_parts
    contract = calibrate(logits, targets, CONTRACT, parts)
    hard = parts == 7
    values = scores(logits, contract)
    found = at_threshold(values[hard], targets[hard], contract.enter)
    below = at_threshold(values[hard], targets[hard], contract.enter - 0.01)
    assert contract.enter == MAX_ENTER or found["accuracy"] >= STREAM_ACCURACY
    assert contract.enter == MIN_ENTER or below["accuracy"] < STREAM_ACCURACY
    alone = find_threshold(values, targets, accuracy=STREAM_ACCURACY, highest=MAX_ENTER)
    assert contract.enter > alone
    assert contract.leave == pytest.approx(0.75 * contract.enter)
