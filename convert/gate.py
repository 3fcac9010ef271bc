"""The gate: the reasons why a converted model may not be shipped, none if it is proven equal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.flatbuffer import operators, tensor_types
from convert.runtimes.client import Opinion
from emotion_edge.model.contract import Contract
from emotion_edge.model.quantization import dequantize
from evaluation.metrics import Parity, Quality

_INTEGERS = {"int8": {"INT8", "INT32"}, "int16x8": {"INT8", "INT16", "INT32", "INT64"}}
_FEW = 50  # pictures of a class, below which one picture is more than the allowed loss of recall


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How far a model may be from Keras. Points and percent are of a hundred.

    float32_score_error, float32_agreement: for float32, whose arithmetic is Keras's but for the
    order of sums. top1_drop, recall_drop (of any class; one picture where there are fewer than
    50 of it), agreement (of pictures that Keras is clear about): for all other variants.
    """

    float32_score_error: float = 1e-4
    float32_agreement: float = 100.0
    top1_drop: float = 0.5
    recall_drop: float = 2.0
    agreement: float = 98.0


def check_file(variant: str, flatbuffer: bytes) -> list[str]:
    """Return what a model file itself has against it: operators that no Pi has, floats in int8."""
    custom = [op.name for op in operators(flatbuffer) if op.name.startswith("CUSTOM")]
    reasons = [f"not builtin operators only: {', '.join(custom)}"] if custom else []
    if variant in _INTEGERS and (odd := tensor_types(flatbuffer) - _INTEGERS[variant]):
        reasons.append(f"{', '.join(sorted(odd)).lower()} tensors in it, not integers throughout")
    return reasons


def check_input(opinion: Opinion, contract: Contract) -> list[str]:
    """Return what is wrong with how the 256 pixel values enter the network.

    Each must enter as the contract's `pixel * scale + offset`, at most half a quantum off. With
    the contract's scale of 1/255 and an int8 scale of 1/255 that leaves no error at all.
    """
    wanted = np.arange(256) * contract.scale + contract.offset
    scale, zero_point = opinion.input_scale, opinion.input_zero_point
    if scale:
        real = dequantize(opinion.input_table, scale=scale, zero_point=zero_point)
        allowed = scale / 2
    else:
        real, allowed = opinion.input_table, 0.0
    if contract.scale == 1 / 255 and not contract.offset and opinion.input_table.dtype == np.int8:
        allowed = 0.0
    allowed += 1e-6 * np.abs(wanted).max()  # scales and values are stored in 32 bits
    if wrong := int((~(np.abs(real - wanted) <= allowed)).sum()):
        return [
            f"{wrong} of 256 pixel values do not enter as pixel * {contract.scale:.6g} + "
            f"{contract.offset:g} (input scale {scale:.6g}, zero_point {zero_point})"
        ]
    return []


def check_labels(opinion: Opinion, contract: Contract) -> list[str]:
    """Return whether the words for the classes are in another order than the contract's."""
    said = np.array(contract.labels)[opinion.scores.argmax(axis=1)]
    if wrong := int((said != opinion.labels).sum()):
        return [f"labels in another order: {wrong} of {len(said)} pictures get another's name"]
    return []


def check_quality(
    variant: str,
    parity: Parity,
    measured: Quality,
    keras: Quality,
    limits: Limits,
    labels: Sequence[str],
) -> list[str]:
    """Return which limits the figures of one runtime exceed. NaN exceeds every limit."""
    if variant == "float32":
        return _check_float32(parity, limits)
    reasons = []
    if not 100 * parity.clear_agreement >= limits.agreement:
        reasons.append(
            f"agrees with Keras on {parity.clear_agreement:.2%} of the {parity.clear_pictures} "
            f"pictures that Keras is clear about, fewer than {limits.agreement:g} %"
        )
    if not (drop := 100 * (keras.top1 - measured.top1)) <= limits.top1_drop + 1e-9:
        reasons.append(f"loses {drop:.2f} points of top-1, more than {limits.top1_drop:g}")
    return reasons + _check_recall(measured, keras, limits, labels)


def _check_float32(parity: Parity, limits: Limits) -> list[str]:
    reasons = []
    if not parity.max_score_error <= limits.float32_score_error:
        reasons.append(
            f"a score differs by {parity.max_score_error:.2g} from Keras's, more than "
            f"{limits.float32_score_error:g}"
        )
    if not 100 * parity.agreement >= limits.float32_agreement:
        reasons.append(
            f"agrees with Keras on {parity.agreement:.2%} of pictures, fewer than "
            f"{limits.float32_agreement:g} %"
        )
    return reasons


def _check_recall(
    measured: Quality, keras: Quality, limits: Limits, labels: Sequence[str]
) -> list[str]:
    reasons = []
    for i, label in enumerate(labels):
        support = sum(keras.confusion_matrix[i])
        lost = keras.confusion_matrix[i][i] - measured.confusion_matrix[i][i]
        allowed = 1.0 if support < _FEW else limits.recall_drop / 100 * support
        if lost > allowed + 1e-9:
            reasons.append(f"{label}: {lost} of {support} pictures lost, more than {allowed:.1f}")
    return reasons
