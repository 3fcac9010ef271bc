"""Selective prediction: coverage and risk by threshold on the score."""

from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.metrics import Scores, Targets


def risk_coverage(scores: Scores, targets: Targets) -> tuple[npt.NDArray[Any], ...]:
    """Return the risk-coverage curve as three arrays (N,): coverage, risk, threshold.

    Point i accepts the i + 1 images with the highest scores. coverage: their share of all images.
    risk: the share of them with a wrong label. threshold: the lowest score among them
    (El-Yaniv and Wiener 2010).
    """
    confidence = scores.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    wrong = (scores.argmax(axis=1) != targets)[order]
    accepted = np.arange(1, len(targets) + 1)
    return accepted / len(targets), np.cumsum(wrong) / accepted, confidence[order]
