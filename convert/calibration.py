"""Calibrate scores: fit the temperature and the thresholds of a contract."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from evaluation.selective_prediction import find_threshold

Logits = npt.NDArray[np.float32]
Targets = npt.NDArray[np.int64]

TEMPERATURE_BOUNDS = (0.1, 10.0)
STREAM_ACCURACY = 0.9  # of the labels given in a stream
MIN_ENTER, MAX_ENTER = 0.4, 0.7
LEAVE_RATIO = 0.75  # leave / enter, as in the contract's defaults


def calibrate(logits: Logits, targets: Targets, contract: Contract) -> Contract:
    """Return the contract with temperature and thresholds fitted on logits (N, classes).

    enter: the lowest threshold above which STREAM_ACCURACY of the images get the right label,
    within MIN_ENTER and MAX_ENTER. leave: LEAVE_RATIO of it. Without images nothing changes.
    """
    if not len(targets):
        return contract
    fitted = replace(contract, temperature=fit_temperature(logits, targets, contract))
    values = scores(logits, fitted)
    enter = find_threshold(values, targets, accuracy=STREAM_ACCURACY, highest=MAX_ENTER)
    enter = max(enter, MIN_ENTER)
    return replace(fitted, enter=enter, leave=round(LEAVE_RATIO * enter, 4))


def fit_temperature(logits: Logits, targets: Targets, contract: Contract) -> float:
    """Return the temperature with the lowest cross-entropy on logits (N, classes), 4 decimals.

    Temperature scaling (Guo et al. 2017, arXiv:1706.04599, section 4.2). The targets are smoothed
    as in Platt 1999, so that a model without errors on few images does not become infinitely
    confident. Returns the contract's own temperature if there are no images.
    """
    if not len(targets):
        return contract.temperature
    wanted = _smooth(targets, len(contract.labels))

    def cross_entropy(log_temperature: float) -> float:
        values = scores(logits, replace(contract, temperature=float(np.exp(log_temperature))))
        return float(-(wanted * np.log(np.maximum(values, 1e-12))).sum(axis=1).mean())

    best = minimize_scalar(cross_entropy, bounds=np.log(TEMPERATURE_BOUNDS), method="bounded")
    return round(float(np.exp(best.x)), 4)


def _smooth(targets: Targets, classes: int) -> npt.NDArray[np.float64]:
    smoothing = 1 / (len(targets) + 1)
    return np.asarray(np.eye(classes)[targets] * (1 - smoothing) + smoothing / classes)
