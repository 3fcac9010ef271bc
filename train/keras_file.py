"""Read a Keras network that was trained elsewhere, and refuse what cannot be converted."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from emotion_edge.errors import UserError, shorten
from emotion_edge.model.appended_files import UNREADABLE_ZIP
from emotion_edge.model.limits import NUMBERS
from evaluation.predictors import check_zip

_HDF5, _TFLITE = b"\x89HDF\r\n\x1a\n", b"TFL3"
_ACTIVATIONS = ("softmax", "sigmoid")  # that a contract knows
_SAVE = "save the network itself: model.save('my.keras')"


def read_network(path: Path) -> keras.Model:
    """Return the network of a .keras file in float32, ending in Dense with softmax or sigmoid.

    A Softmax or Activation layer behind the last Dense layer becomes that layer's activation, and
    logits get softmax. No code from the file is run. Raises UserError, which says what to do, if
    the file is another one or if `python -m convert` cannot convert such a network.
    """
    _check_kind(path)
    try:
        check_zip(path)
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except UNREADABLE_ZIP as error:
        raise UserError(f"{path}: damaged: {error}", "copy the file again") from None
    _check_classes(path, config)
    model = _load(path)
    _check_input(path, model)
    for layer in model._flatten_layers():
        layer.dtype_policy = "float32"  # TFLite cannot compute in float16 or bfloat16
    return _with_activation(path, model)


def _check_kind(path: Path) -> None:
    if path.is_dir():
        kind = "a SavedModel" if (path / "saved_model.pb").exists() else "a folder"
        raise UserError(f"{path}: {kind}, which has no Keras layers to convert", _SAVE)
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise UserError(f"{path}: cannot read the network: {error.strerror}") from None
    if start[4:8] == _TFLITE:
        raise UserError(
            f"{path}: a .tflite has no Keras network with which its results could be compared",
            "adopt the .keras that it was made from",
        )
    if path.name.endswith(".weights.h5"):
        raise UserError(f"{path}: these are weights without their network", _SAVE)
    if start == _HDF5:
        raise UserError(
            f"{path}: the old HDF5 format",
            f"save it again: keras.models.load_model({str(path)!r}).save('my.keras')",
        )
    if path.suffix != ".keras":
        raise UserError(f"{path}: not named *.keras", _SAVE)


def _check_classes(path: Path, config: object) -> None:
    """Raise UserError if the network has layers that are code of its own."""
    for entry in _classes(config):
        name = shorten(entry["class_name"])
        if entry["class_name"] == "Lambda":
            raise UserError(
                f"{path}: a Lambda layer is code in the file, which is not run",
                "replace it by a layer of Keras, such as Rescaling, and save the network again",
            )
        if str(entry["module"]).partition(".")[0] not in ("keras", "builtins"):
            raise UserError(
                f"{path}: {name} is a class of its author, not of Keras",
                "build the network of Keras' own layers, copy the weights, and save it again",
            )


def _classes(config: object) -> Iterator[dict[str, Any]]:
    """Yield all entries of a network's configuration that name a class."""
    if isinstance(config, dict):
        if "class_name" in config and "module" in config:
            yield config
        for name, value in config.items():
            if name != "compile_config":  # loss and optimizer are not loaded
                yield from _classes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _classes(value)


def _load(path: Path) -> keras.Model:
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # of any type, by what the layers do with a wrong configuration
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"{path}: Keras {keras.__version__} cannot load it: {reason}",
            "if another version can, save the network again with this one",
        ) from None
    if not isinstance(model, keras.Model):
        raise UserError(f"{path}: {type(model).__name__} is no network", _SAVE)
    return model


def _check_input(path: Path, model: keras.Model) -> None:
    inputs = getattr(model, "inputs", None) or []
    outputs = getattr(model, "outputs", None) or []
    if not inputs:
        raise UserError(
            f"{path}: the size of its input is not fixed",
            "begin it with keras.Input((48, 48, 1)), say, and save it again",
        )
    if len(inputs) > 1 or len(outputs) > 1:
        raise UserError(
            f"{path}: it has {len(inputs)} inputs and {len(outputs)} outputs; needed is one of each"
        )
    shape = tuple(inputs[0].shape[1:])
    if len(shape) != 3 or None in shape or shape[2] not in (1, 3):
        raise UserError(
            f"{path}: its input is {shape}; needed is a fixed (height, width, channels) with 1 "
            "channel (grey) or 3 (RGB)"
        )


def _with_activation(path: Path, model: keras.Model) -> keras.Model:
    scores, activation = model.outputs[0], None
    head = scores._keras_history.operation
    if isinstance(head, keras.layers.Softmax | keras.layers.Activation):
        activation = getattr(getattr(head, "activation", None), "__name__", "softmax")
        scores = head.input
        head = scores._keras_history.operation
    if not isinstance(head, keras.layers.Dense):
        raise UserError(
            f"{path}: its last layer is {type(head).__name__}; needed is Dense, with an output for "
            "each label"
        )
    name = head.activation.__name__
    chosen = (activation or "softmax") if name == "linear" else name
    if chosen not in _ACTIVATIONS or (activation and name != "linear"):
        found = " and ".join(filter(None, (name, activation)))
        raise UserError(f"{path}: its last activation is {found}; needed is softmax, or none")
    _check_features(path, head)
    head.activation = keras.activations.get(chosen)
    return keras.Model(model.inputs[0], scores, name=model.name)


def _check_features(path: Path, head: keras.layers.Dense) -> None:
    features, most = tuple(head.input.shape[1:]), int(NUMBERS["embedding"][1])
    if len(features) != 1 or not 1 <= features[0] <= most:
        raise UserError(
            f"{path}: its last layer has an input of {features}; at most ({most},) is allowed",
            "put a smaller Dense layer or GlobalAveragePooling2D before it, and train it again",
        )
