"""What may be wrong about an adopted network: its range of pixels, or the order of its labels."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import keras
import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import confusion_matrix

from emotion_edge.model.contract import Contract
from emotion_edge.model.quantization import input_table
from evaluation.paired import Flags, paired_loss
from evaluation.predictors import keras_logits
from train.data.split import Split

RANGES = ((0.0, 255.0), (0.0, 1.0), (-1.0, 1.0))
_BATCH_SIZE = 64
_MOST = 500  # pictures that are looked at
_SIGNIFICANCE = 1e-4  # low, because a wrong warning does harm


def with_range(contract: Contract, black: float, white: float) -> Contract:
    """Return the contract of a network that expects these numbers of black and white pixels."""
    return replace(contract, scale=(white - black) / 255, offset=black)


def advise(model: keras.Model, contract: Contract, split: Split) -> Iterator[str]:
    """Yield a line for each other range, and for another order of labels, that is far better.

    contract: what was chosen. At most 500 pictures of the split are looked at.
    """
    rows = np.linspace(0, len(split.targets) - 1, min(_MOST, len(split.targets))).astype(int)
    targets = split.targets[rows]
    contracts = [contract, *(with_range(contract, *each) for each in RANGES)]
    found, *others = _answers(model, contracts, split.images[rows])
    answers = {
        f"--range {black:g} {white:g}": each
        for (black, white), each in zip(RANGES, others, strict=True)
    }
    table = confusion_matrix(targets, found, labels=range(len(contract.labels)))
    truths, outputs = linear_sum_assignment(table, maximize=True)
    order = truths[np.argsort(outputs)]
    names = ",".join(contract.labels[place] for place in order)
    answers[f"--labels {names}"] = order[found]
    for option, other in answers.items():
        if _is_better(other == targets, found == targets):
            yield (
                f"with {option}, {(other == targets).mean():.1%} of the pictures would be named "
                f"right instead of {(found == targets).mean():.1%}"
            )


def _answers(
    model: keras.Model, contracts: Sequence[Contract], images: npt.NDArray[np.uint8]
) -> npt.NDArray[np.int64]:
    """Return the class that is named for each image by each contract, (contracts, N)."""
    parts = np.array_split(images, -(-len(images) // _BATCH_SIZE))
    tables = [input_table(each, dtype=np.float32) for each in contracts]
    # In one call, because Keras compiles the network for each.
    logits = keras_logits(model, (table[part] for table in tables for part in parts))
    return np.asarray(logits.argmax(axis=1).reshape(len(contracts), len(images)))


def _is_better(right: Flags, now: Flags) -> bool:
    return paired_loss(now, reference=right).p_value < _SIGNIFICANCE
