"""Selective prediction: coverage and risk by threshold."""

import numpy as np
import pytest

from emotion_edge.model.calibration import at_threshold, find_threshold
from evaluation.selective_prediction import risk_coverage


def test_a_higher_threshold_covers_fewer_pictures_with_fewer_errors():
    values = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.55, 0.45]])
    targets = np.array([0, 0, 0, 0, 1])
    coverage, risk, threshold = risk_coverage(values, targets)
    assert coverage == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])
    assert risk == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])
    assert threshold == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.55])
    assert at_threshold(values, targets, 0.6) == {
        "threshold": 0.6,
        "coverage": pytest.approx(0.8),
        "accuracy": pytest.approx(0.75),
    }
    assert find_threshold(values, targets, accuracy=0.75, highest=0.9) == 0.56
    assert find_threshold(values, targets, accuracy=0.9, highest=0.75) == 0.71
    assert find_threshold(values, targets, accuracy=0.9, highest=0.5) == 0.5
