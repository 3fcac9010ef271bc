"""Calibrate scores: fit the temperature and the thresholds of a contract.

`python -m convert` does it for a model, `emotion-edge teach` for a taught head. numpy is enough.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores

Logits = npt.NDArray[Any]
Scores = npt.NDArray[Any]
Targets = npt.NDArray[np.int64]
Parts = npt.NDArray[np.int64]

TEMPERATURE_BOUNDS = (0.1, 10.0)
STREAM_ACCURACY = 0.9  # of the labels given in a stream
MIN_ENTER, MAX_ENTER = 0.4, 0.7
LEAVE_RATIO = 0.75  # leave / enter, as in the contract's defaults


def calibrate(
    logits: Logits, targets: Targets, contract: Contract, parts: Parts | None = None
) -> Contract:
    """Return the contract with temperature and thresholds fitted on logits (N, classes).

    parts: the part of the data set that each image is from, (N,); None if there is only one.
    temperature: each part counts as much as any other. enter: the lowest threshold above which
    STREAM_ACCURACY of the images of each part get the right label, within MIN_ENTER and MAX_ENTER.
    leave: LEAVE_RATIO of it. Without images nothing changes.
    """
    if not len(targets):
        return contract
    temperature = fit_temperature(logits, targets, contract, parts)
    fitted = replace(contract, temperature=temperature)
    values = scores(logits, fitted)
    limits = {"accuracy": STREAM_ACCURACY, "highest": MAX_ENTER}
    numbers = np.zeros_like(targets) if parts is None else parts
    inside = [numbers == number for number in np.unique(numbers)]
    found = [find_threshold(values[rows], targets[rows], **limits) for rows in inside]
    enter = max(MIN_ENTER, *found)
    return replace(fitted, enter=enter, leave=round(LEAVE_RATIO * enter, 4))


def fit_temperature(
    logits: Logits, targets: Targets, contract: Contract, parts: Parts | None = None
) -> float:
    """Return the temperature with the lowest cross-entropy on logits (N, classes), 4 decimals.

    Temperature scaling (Guo et al. 2017, arXiv:1706.04599, section 4.2). The targets are smoothed
    as in Platt 1999, so that a model without errors on few images does not become infinitely
    confident. Returns the contract's own temperature if there are no images.
    """
    if not len(targets):
        return contract.temperature
    weights = None if parts is None else 1 / np.bincount(parts)[parts]
    wanted = _smooth(targets, len(contract.labels))

    def cross_entropy(log_temperature: float) -> float:
        values = scores(logits, replace(contract, temperature=float(np.exp(log_temperature))))
        losses = -(wanted * np.log(np.maximum(values, 1e-12))).sum(axis=1)
        return float(np.average(losses, weights=weights))

    return round(math.exp(_minimum(cross_entropy, *map(math.log, TEMPERATURE_BOUNDS))), 4)


def _minimum(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one minimum has it, to 1e-6, by golden-section search."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    of_left, of_right = function(left), function(right)
    while high - low > 1e-6:
        if of_left < of_right:
            high, right, of_right = right, left, of_left
            left = high - ratio * (high - low)
            of_left = function(left)
        else:
            low, left, of_left = left, right, of_right
            right = low + ratio * (high - low)
            of_right = function(right)
    return (low + high) / 2


def _smooth(targets: Targets, classes: int) -> npt.NDArray[np.float64]:
    smoothing = 1 / (len(targets) + 1)
    return np.asarray(np.eye(classes)[targets] * (1 - smoothing) + smoothing / classes)


def at_threshold(values: Scores, targets: Targets, threshold: float) -> dict[str, float]:
    """Return coverage and accuracy if scores (N, classes) below the threshold are "unknown"."""
    accepted = values.max(axis=1) >= threshold
    correct = values.argmax(axis=1) == targets
    accuracy = float(correct[accepted].mean()) if accepted.any() else 0.0
    return {"threshold": threshold, "coverage": float(accepted.mean()), "accuracy": accuracy}


def find_threshold(values: Scores, targets: Targets, *, accuracy: float, highest: float) -> float:
    """Return the lowest threshold, to 2 decimals, that reaches the accuracy; at most `highest`."""
    for threshold in np.arange(0, highest, 0.01).round(2).tolist():
        if at_threshold(values, targets, threshold)["accuracy"] >= accuracy:
            return float(threshold)
    return highest
