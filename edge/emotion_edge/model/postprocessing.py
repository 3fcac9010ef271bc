"""Postprocessing: turn logits into scores, and a contract's prior into the natural one."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract


def scores(logits: npt.NDArray[Any], contract: Contract) -> npt.NDArray[np.float64]:
    """Return the scores for logits (..., classes): same shape, each 0..1, with a sum of 1.

    "sigmoid" is `sigmoid / sum(sigmoid)`, computed as the softmax of log-sigmoids so that it stays
    correct when every sigmoid underflows. The adjustment for the prior (see `Contract`) is taken
    from the input of the softmax, which the temperature divides. Applied before a sigmoid, it could
    not separate two sigmoids that are both saturated.
    """
    exponentials = np.exp(_scaled(logits, contract))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def log_scores(logits: npt.NDArray[Any], contract: Contract) -> npt.NDArray[np.float64]:
    """Return the logarithms of `scores`, finite also where a score is too small for a float."""
    scaled = _scaled(logits, contract)
    return np.asarray(scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True)))


def _scaled(logits: npt.NDArray[Any], contract: Contract) -> npt.NDArray[np.float64]:
    """Return what the exponential function makes scores of, up to their sum; at most 0."""
    scaled = np.asarray(logits, np.float64)
    if contract.activation == "sigmoid":
        scaled = -np.logaddexp(0, -scaled)
    scaled = (scaled - adjustment(contract)) / contract.temperature
    return np.asarray(scaled - scaled.max(axis=-1, keepdims=True))


def with_natural_prior(contract: Contract) -> Contract:
    """Return the contract with classes as frequent as they were in training, see `Contract.tau`."""
    return replace(contract, tau=0.0)


def adjustment(contract: Contract) -> npt.NDArray[np.float64]:
    """Return what is taken from the logits of the classes for the prior, (classes,)."""
    return np.asarray(contract.tau * np.log(contract.prior))
