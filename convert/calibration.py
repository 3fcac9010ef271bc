"""Score calibration: the temperature that makes scores mean what they say."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from evaluation.selective_prediction import find_threshold

LIMITS = (0.1, 10.0)
RIGHT = 0.9  # of what is said in a stream
LEAST, MOST = 0.4, 0.7  # of the threshold, whatever the pictures say


def calibrate(
    logits: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], contract: Contract
) -> Contract:
    """Return the contract with temperature and thresholds fitted on logits (N, classes).

    enter: the lowest score above which `RIGHT` of the pictures get their label, `MOST` if there is
    none. leave: three quarters of it, as the contract's own are. Without pictures nothing changes.
    """
    if not len(targets):
        return contract
    fitted = replace(contract, temperature=fit_temperature(logits, targets, contract))
    enter = find_threshold(scores(logits, fitted), targets, accuracy=RIGHT, most=MOST)
    enter = max(enter, LEAST)
    return replace(fitted, enter=enter, leave=round(0.75 * enter, 4))


def fit_temperature(
    logits: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], contract: Contract
) -> float:
    """Return the temperature with the least cross-entropy on logits (N, classes), 4 decimals.

    Temperature scaling (Guo et al. 2017, arXiv:1706.04599, section 4.2). The targets are a little
    less than certain, as in Platt 1999, so that a model without a mistake on few pictures does
    not get endless confidence. Returns the contract's own temperature where there are no pictures.
    """
    count, classes = len(targets), len(contract.labels)
    if not count:
        return contract.temperature
    doubt = 1 / (count + 1)
    wanted = np.eye(classes)[targets] * (1 - doubt) + doubt / classes

    def cross_entropy(log_temperature: float) -> float:
        values = scores(logits, replace(contract, temperature=float(np.exp(log_temperature))))
        return float(-(wanted * np.log(np.maximum(values, 1e-12))).sum(axis=1).mean())

    best = minimize_scalar(cross_entropy, bounds=np.log(LIMITS), method="bounded")
    return round(float(np.exp(best.x)), 4)
