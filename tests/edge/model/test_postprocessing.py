"""Scores from logits: sigmoid, softmax and temperature."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.model.postprocessing import scores
from tests.edge.models import CONTRACT


def test_sigmoid_scores_are_normalised_sigmoids():
    logits = np.array([[-2.0, 0.5, 3.0], [1.0, 1.0, 1.0]])
    sigmoids = 1 / (1 + np.exp(-logits))
    assert np.allclose(scores(logits, CONTRACT), sigmoids / sigmoids.sum(axis=1, keepdims=True))


def test_sigmoid_scores_are_right_when_every_sigmoid_underflows():
    values = scores(np.array([-2000.0, -2001.0, -5000.0]), CONTRACT)
    assert values == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 0])
    assert scores(np.full(3, 5000.0), CONTRACT) == pytest.approx(1 / 3)


def test_softmax_scores_and_temperature():
    logits = np.array([1.0, 2.0, 4.0])
    softmax = replace(CONTRACT, activation="softmax")
    assert scores(logits, softmax) == pytest.approx(np.exp(logits) / np.exp(logits).sum())
    cooler = replace(softmax, temperature=2.0)
    assert scores(logits, cooler) == pytest.approx(scores(logits / 2, softmax))


@pytest.mark.parametrize("temperature", [0.1, 3.0])
def test_temperature_sharpens_or_flattens_even_saturated_sigmoids(temperature):
    logits = np.array([3.0, 1.0, 6.0])  # sigmoids of 0.95, 0.73 and 0.998
    powers = (1 / (1 + np.exp(-logits))) ** (1 / temperature)
    changed = scores(logits, replace(CONTRACT, temperature=temperature))
    assert changed == pytest.approx(powers / powers.sum())
    assert (changed.max() > scores(logits, CONTRACT).max()) == (temperature < 1)
    assert np.array_equal(changed.argsort(), logits.argsort())
