"""Scores from logits: sigmoid, softmax and temperature."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.model.postprocessing import log_scores, scores, with_natural_prior
from tests.edge.models import CONTRACT


def test_sigmoid_scores_are_normalised_sigmoids():
    logits = np.array([[-2.0, 0.5, 3.0], [1.0, 1.0, 1.0]])
    sigmoids = 1 / (1 + np.exp(-logits))
    assert np.allclose(scores(logits, CONTRACT), sigmoids / sigmoids.sum(axis=1, keepdims=True))


def test_sigmoid_scores_are_right_when_every_sigmoid_underflows():
    values = scores(np.array([-2000.0, -2001.0, -5000.0]), CONTRACT)
    assert values == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 0])
    assert scores(np.full(3, 5000.0), CONTRACT) == pytest.approx(1 / 3)


def test_logarithms_are_finite_where_scores_are_not_above_zero():
    logits = np.array([[3000.0, 0.0, -4.0], [0.5, 1.0, 2.0]])
    softmax = replace(CONTRACT, activation="softmax", temperature=0.5)
    values = log_scores(logits, softmax)
    assert values[0] == pytest.approx([0, -6000, -6008])
    for contract in (softmax, CONTRACT):
        assert np.exp(log_scores(logits, contract)) == pytest.approx(scores(logits, contract))


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


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_a_score_is_divided_by_a_power_of_its_classs_share(activation, temperature):
    plain = replace(CONTRACT, activation=activation)
    logits = np.array([[1.0, 2.0, 4.0], [3.0, 2.9, -1.0]])
    worth = scores(logits, plain) / np.array(CONTRACT.prior) ** 0.4
    expected = (worth / worth.sum(axis=1, keepdims=True)) ** (1 / temperature)
    expected /= expected.sum(axis=1, keepdims=True)
    adjusted = scores(logits, replace(plain, tau=0.4, temperature=temperature))
    assert adjusted == pytest.approx(expected)


def test_the_rarer_class_of_two_that_are_equally_likely_wins():
    adjusted = scores(np.zeros(3), replace(CONTRACT, tau=1.0, activation="softmax"))
    inverse = 1 / np.array(CONTRACT.prior)
    assert adjusted == pytest.approx(inverse / inverse.sum())


def test_an_even_prior_changes_nothing():
    even = replace(CONTRACT, prior=(1 / 3,) * 3, tau=1.0)
    logits = np.array([-2.0, 0.5, 3.0])
    assert scores(logits, even) == pytest.approx(scores(logits, CONTRACT))


def test_the_natural_prior_takes_nothing_from_the_scores():
    logits = np.array([-2.0, 0.5, 3.0])
    adjusted = replace(CONTRACT, tau=0.8)
    assert scores(logits, adjusted) != pytest.approx(scores(logits, CONTRACT))
    assert with_natural_prior(adjusted) == CONTRACT
