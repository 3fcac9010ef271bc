"""Load a Keras or TFLite model behind one predict interface."""

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.model.appended_files import UNREADABLE_ZIP
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import Contract, loads
from emotion_edge.model.cost import cost
from emotion_edge.model.quantization import input_table
from emotion_edge.model.self_test import run_self_test

if TYPE_CHECKING:
    import keras  # takes seconds to load, which a .tflite does not need

Images = npt.NDArray[np.uint8]
Logits = npt.NDArray[np.float64]
_BATCH_SIZE = 64


@dataclass(frozen=True)
class Predictor:
    """A model that computes logits (N, classes) from images (N, height, width, channels), uint8.

    cost: runtime, bytes, parameters and so on, for the report.
    """

    name: str
    contract: Contract
    logits: Callable[[Images], Logits]
    cost: dict[str, Any]


def load_predictor(path: Path, contract: Path | None, runtime: str) -> Predictor:
    """Load a .keras or .tflite model.

    contract: the contract.json of a .keras, by default the one beside it. runtime: for a .tflite.
    Raises UserError if the model or its contract cannot be used; for a .tflite also if the file was
    changed after its conversion or this machine computes other results.
    """
    if path.suffix == ".tflite":
        return _load_tflite(path, runtime)
    if path.suffix != ".keras":
        raise UserError(f"{path}: neither .tflite nor .keras")
    return _load_keras(path, contract or path.parent / "contract.json")


def keras_logits(model: "keras.Model", batches: Iterable[Any]) -> Logits:
    """Return the logits (N, classes) of a Keras model for batches of float32 images.

    They are computed from the last layer's inputs, in float64: its own outputs cannot be used,
    because trained sigmoids saturate at 1.0 in float32 and then several classes tie.
    """
    import keras  # noqa: PLC0415 - takes seconds to load, which a .tflite does not need

    head = model.layers[-1]
    body = keras.Model(model.inputs, head.input)
    kernel, *bias = head.get_weights()
    features = [np.asarray(body.predict_on_batch(images)) for images in batches]
    return np.asarray(np.concatenate(features).astype(np.float64) @ kernel + sum(bias))


def image_logits(model: "keras.Model", contract: Contract, images: Images) -> Logits:
    """Return the logits (N, classes) of a Keras model for preprocessed images.

    images: (N, height, width, channels) uint8.
    """
    table = input_table(contract, dtype=np.float32)
    starts = range(0, len(images), _BATCH_SIZE)
    return keras_logits(model, (table[images[i : i + _BATCH_SIZE]] for i in starts))


def _load_tflite(path: Path, runtime: str) -> Predictor:
    classifier = Classifier(path, runtime=runtime)
    run_self_test(classifier)

    def logits(images: Images) -> Logits:
        return np.array([classifier.network.run(image).logits for image in images], np.float64)

    figures = {"runtime": classifier.runtime, **cost(classifier.model)}
    return Predictor(path.name, classifier.contract, logits, figures)


def _load_keras(path: Path, contract_path: Path) -> Predictor:
    model, contract = _read_keras(path, contract_path)
    size = {"runtime": "keras", "bytes": path.stat().st_size, "parameters": model.count_params()}
    return Predictor(path.name, contract, partial(image_logits, model, contract), size)


def check_zip(path: Path) -> None:
    """Raise ValueError or BadZipFile if a .keras file is damaged: Keras reads many such files."""
    with zipfile.ZipFile(path) as archive:
        if name := archive.testzip():
            raise ValueError(f"{name} in it is damaged")


def _read_keras(path: Path, contract_path: Path) -> tuple["keras.Model", Contract]:
    import keras  # noqa: PLC0415 - takes seconds to load, which a .tflite does not need

    try:
        contract = loads(contract_path.read_bytes())
        check_zip(path)
        model = keras.models.load_model(path, compile=False)
    except (*UNREADABLE_ZIP, TypeError) as error:
        raise UserError(f"{path}: cannot be used: {error}") from None
    if (shape := model.input_shape[1:]) != contract.input_shape:
        raise UserError(
            f"{path}: its input is {shape}, but {contract_path} says {contract.input_shape}; "
            "--contract names another one"
        )
    return model, contract
