"""Saying nothing instead of something wrong: coverage and risk of a threshold on the score."""

from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.metrics import Scores, Targets


def risk_coverage(scores: Scores, targets: Targets) -> tuple[npt.NDArray[Any], ...]:
    """Return coverage, risk and threshold (N,) for each number of pictures spoken about.

    The surest pictures are spoken about first. coverage: their share of all. risk: the share of
    them that is wrong. threshold: the least score among them (El-Yaniv and Wiener 2010).
    """
    confidence = scores.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    wrong = (scores.argmax(axis=1) != targets)[order]
    spoken = np.arange(1, len(targets) + 1)
    return spoken / len(targets), np.cumsum(wrong) / spoken, confidence[order]


def at_threshold(scores: Scores, targets: Targets, threshold: float) -> dict[str, float]:
    """Return what is left where scores below the threshold are "unknown"."""
    spoken = scores.max(axis=1) >= threshold
    right = scores.argmax(axis=1) == targets
    accuracy = float(right[spoken].mean()) if spoken.any() else 0.0
    return {"threshold": threshold, "coverage": float(spoken.mean()), "accuracy": accuracy}


def find_threshold(scores: Scores, targets: Targets, *, accuracy: float, most: float) -> float:
    """Return the lowest threshold, 2 decimals, above which so many are right; at most `most`."""
    for threshold in np.arange(0, most, 0.01).round(2).tolist():
        if at_threshold(scores, targets, threshold)["accuracy"] >= accuracy:
            return threshold
    return most
