"""Postprocessing: turn logits into scores."""

from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract


def scores(logits: npt.NDArray[Any], contract: Contract) -> npt.NDArray[np.float64]:
    """Return the scores for logits (..., classes): same shape, each 0..1, with a sum of 1.

    "sigmoid" is `sigmoid / sum(sigmoid)`, computed as the softmax of log-sigmoids so that it stays
    correct when every sigmoid underflows. The temperature divides the input of the softmax. Applied
    before a sigmoid, it could not separate two sigmoids that are both saturated.
    """
    scaled = np.asarray(logits, np.float64)
    if contract.activation == "sigmoid":
        scaled = -np.logaddexp(0, -scaled)
    scaled = scaled / contract.temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))
