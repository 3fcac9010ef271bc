"""Any model file as a function from pictures to logits: Keras's and TFLite's, in one way."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import Contract, loads
from emotion_edge.model.cost import cost
from emotion_edge.model.model_file import UNREADABLE_ZIP
from emotion_edge.model.quantization import input_table
from emotion_edge.model.self_test import run_self_test

Logits = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judge:
    """A model. logits: from uint8 (N, height, width, channels) to (N, classes).

    cost: its size in numbers, for the report.
    """

    name: str
    contract: Contract
    logits: Callable[[npt.NDArray[np.uint8]], Logits]
    cost: dict[str, Any]


def load_judge(path: Path, contract: Path | None, runtime: str) -> Judge:
    """Return a .keras or .tflite model.

    contract: of a .keras; the contract.json beside it otherwise. Raises UserError, for a .tflite
    also where it is not what was converted, or is computed otherwise here.
    """
    if path.suffix == ".tflite":
        return _tflite(path, runtime)
    if path.suffix != ".keras":
        raise UserError(f"{path}: neither .tflite nor .keras")
    return _keras(path, contract or path.parent / "contract.json")


def _tflite(path: Path, runtime: str) -> Judge:
    classifier = Classifier(path, runtime=runtime)
    run_self_test(path, classifier)

    def logits(images: npt.NDArray[np.uint8]) -> Logits:
        return np.array([classifier.logits(image) for image in images], np.float64)

    return Judge(
        path.name, classifier.contract, logits, {"runtime": classifier.runtime, **cost(path)}
    )


def _keras(path: Path, contract_path: Path) -> Judge:
    import keras  # noqa: PLC0415 - seconds, which a .tflite need not wait for

    from evaluation.keras_outputs import logits_of  # noqa: PLC0415

    try:
        contract = loads(contract_path.read_bytes())
        model = keras.models.load_model(path, compile=False)
    except (*UNREADABLE_ZIP, TypeError) as error:
        raise UserError(f"{path}: cannot be used: {error}") from None
    if model.input_shape[1:] != contract.input_shape:
        raise UserError(f"{path}: takes {model.input_shape[1:]}, not as {contract_path} says")
    table = input_table(contract, dtype=np.float32)

    def logits(images: npt.NDArray[np.uint8]) -> Logits:
        batches = (table[images[i : i + 64]] for i in range(0, len(images), 64))
        return logits_of(model, batches)

    size = {"runtime": "keras", "bytes": path.stat().st_size, "parameters": model.count_params()}
    return Judge(path.name, contract, logits, size)
