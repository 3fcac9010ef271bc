"""The gate: reasons not to ship a converted model, an empty list if it may be shipped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binom

from convert.flatbuffer import operators, tensor_types
from convert.losses import Losses
from convert.runtimes.client import RuntimeOutputs
from emotion_edge.model.contract import Contract
from emotion_edge.model.quantization import dequantize
from evaluation.metrics import Parity

_INTEGERS = {"int8": {"INT8", "INT32"}, "int16x8": {"INT8", "INT16", "INT32", "INT64"}}
_MORE_CALIBRATION = "use more calibration images"
_ADVICE = {
    "float32": "check that model.keras and contract.json come from the same run",
    "float16": "convert to another variant",
    "dynamic": "convert to another variant",
    "int8": _MORE_CALIBRATION,
    "int16x8": _MORE_CALIBRATION,
}
_Problem = tuple[str, str]  # the problem and the option that would allow it
# Probability of refusing a model that agrees with Keras on exactly the required share.
_SIGNIFICANCE = 0.001


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Largest allowed differences from Keras.

    For float32, which computes what Keras computes except for the order of sums:
    float32_score_error (difference of a score), float32_agreement (percent of images).
    For the other variants, in points: top1_drop and recall_drop (for each class) may be exceeded
    only if chance explains the loss, top1_cap and recall_cap never. agreement: percent of the
    images that are clear for Keras, also unless chance explains that they are fewer.
    similarity: smallest mean cosine similarity of the embeddings to Keras's, 0 to 1.
    """

    float32_score_error: float = 1e-4
    float32_agreement: float = 100.0
    top1_drop: float = 0.5
    top1_cap: float = 3.0
    recall_drop: float = 2.0
    recall_cap: float = 6.0
    agreement: float = 98.0
    similarity: float = 0.98


def describe_losses(losses: Losses, limits: Limits) -> dict[str, Any]:
    """Return all losses in JSON types, with the losses that the holdout would have shown."""
    return losses.describe(
        (limits.top1_drop, limits.top1_cap), (limits.recall_drop, limits.recall_cap)
    )


def check_file(variant: str, flatbuffer: bytes) -> list[str]:
    """Check that the file has built-in operators only, and an integer variant no float tensors."""
    reasons = []
    if custom := [op.name for op in operators(flatbuffer) if op.name.startswith("CUSTOM")]:
        reasons.append(
            f"operators that no TFLite runtime has: {', '.join(custom)}; only built-in operators "
            "are allowed, so replace the layers that need these"
        )
    if variant in _INTEGERS and (others := tensor_types(flatbuffer) - _INTEGERS[variant]):
        reasons.append(
            f"{_list(others)} tensors in the model; {variant} allows only "
            f"{_list(_INTEGERS[variant])}, so replace the layers that TensorFlow cannot quantise"
        )
    return reasons


def _list(types: set[str]) -> str:
    return ", ".join(sorted(types)).lower()


def check_input(outputs: RuntimeOutputs, contract: Contract) -> list[str]:
    """Check that each of the 256 pixel values enters as the contract's `pixel * scale + offset`.

    It may be off by half a quantisation step; by nothing at all if both the contract's scale and
    the int8 scale are 1/255.
    """
    wanted = np.arange(256) * contract.scale + contract.offset
    # Scales and values are stored in 32 bits.
    allowed = _input_tolerance(outputs, contract) + 1e-6 * np.abs(wanted).max()
    real, scale, zero_point = outputs.input_table, outputs.input_scale, outputs.input_zero_point
    if scale:
        real = dequantize(real, scale=scale, zero_point=zero_point)
    if wrong := int((~(np.abs(real - wanted) <= allowed)).sum()):
        return [
            f"{wrong} of 256 pixel values do not enter as pixel * {contract.scale:.6g} + "
            f"{contract.offset:g} (input scale {scale:.6g}, zero_point {zero_point}); all must, to "
            f"within {allowed:.2g}: convert with the contract.json that training wrote and with "
            "calibration images of all classes"
        ]
    return []


def _input_tolerance(outputs: RuntimeOutputs, contract: Contract) -> float:
    is_exact = contract.scale == 1 / 255 and not contract.offset
    if is_exact and outputs.input_table.dtype == np.int8:
        return 0.0
    return outputs.input_scale / 2


def check_labels(outputs: RuntimeOutputs, contract: Contract) -> list[str]:
    """Check that the names of the classes are in the contract's order."""
    expected = np.array(contract.labels)[outputs.scores.argmax(axis=1)]
    if wrong := int((expected != outputs.labels).sum()):
        return [
            f"labels in another order than the contract's: {wrong} of {len(expected)} images get "
            "the name of another class, none may; convert with the contract.json that training "
            "wrote"
        ]
    return []


def check_embeddings(variant: str, similarity: float, limits: Limits) -> list[str]:
    """Check the mean cosine similarity of the embeddings. NaN is refused."""
    if similarity >= limits.similarity:
        return []
    return [
        f"the features of the last layer resemble Keras's by {similarity:.4f}, less than the "
        f"required {limits.similarity:g} (cosine); {_ADVICE[variant]}, or lower --similarity"
    ]


def check_quality(
    variant: str, parity: Parity, losses: Losses, limits: Limits, labels: Sequence[str]
) -> list[str]:
    """Check the figures of one runtime against the limits. NaN exceeds every limit."""
    if variant == "float32":
        found = [_score_error(parity, limits), _agreement(parity, limits)]
    else:
        found = [_clear_agreement(parity, limits), _top1_drop(losses, limits)]
        found += _recall_drops(losses, limits, labels)
    return [
        f"{problem}; {_ADVICE[variant]}, or {option}" for problem, option in filter(None, found)
    ]


def _score_error(parity: Parity, limits: Limits) -> _Problem | None:
    if parity.max_score_error <= limits.float32_score_error:
        return None
    text = f"a score differs by {parity.max_score_error:.2g} from Keras's, more than the allowed "
    return f"{text}{limits.float32_score_error:g}", "raise --float32-score-error"


def _agreement(parity: Parity, limits: Limits) -> _Problem | None:
    if 100 * parity.agreement >= limits.float32_agreement:
        return None
    text = f"agrees with Keras on {parity.agreement:.2%} of the images, fewer than the required "
    return f"{text}{limits.float32_agreement:g} %", "lower --float32-agreement"


def _clear_agreement(parity: Parity, limits: Limits) -> _Problem | None:
    agreeing = round(parity.clear_agreement * parity.clear_pictures)
    chance = binom.cdf(agreeing, parity.clear_pictures, min(1.0, limits.agreement / 100))
    if 100 * parity.clear_agreement >= limits.agreement or chance >= _SIGNIFICANCE:
        return None
    text = (
        f"agrees with Keras on {parity.clear_agreement:.2%} of the {parity.clear_pictures} images "
        f"that are clear for Keras, fewer than the required {limits.agreement:g} % by more than "
        "chance explains"
    )
    return text, "lower --agreement"


def _top1_drop(losses: Losses, limits: Limits) -> _Problem | None:
    found = losses.top1_excess(limits.top1_drop, limits.top1_cap)
    return (f"loses {found}", "raise --top1-drop and --top1-cap") if found else None


def _recall_drops(losses: Losses, limits: Limits, labels: Sequence[str]) -> Iterator[_Problem]:
    excesses = losses.recall_excesses(limits.recall_drop, limits.recall_cap)
    for label, found in zip(labels, excesses, strict=True):
        if found:
            yield f"{label}: loses {found}", "raise --recall-drop and --recall-cap"
