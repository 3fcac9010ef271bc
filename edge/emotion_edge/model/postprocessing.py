"""Logits to scores."""

from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract


def scores(logits: npt.NDArray[Any], contract: Contract) -> npt.NDArray[np.float64]:
    """Turn logits (..., classes) into scores of the same shape, each 0..1, adding up to 1.

    "sigmoid" is `sigmoid / sum(sigmoid)`, computed as the softmax of log-sigmoids so that it
    holds where every sigmoid underflows. The temperature divides what the softmax is taken of:
    divided before a sigmoid it could not make one that is saturated surer than another.
    """
    scaled = np.asarray(logits, np.float64)
    if contract.activation == "sigmoid":
        scaled = -np.logaddexp(0, -scaled)
    scaled = scaled / contract.temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))
