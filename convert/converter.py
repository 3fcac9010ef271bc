"""Convert a Keras model to the bytes of a TFLite model."""

import re
import tempfile
import warnings
from collections.abc import Callable, Iterator

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from convert.flatbuffer import pack_model
from emotion_edge.errors import RunError, UserError
from emotion_edge.model.contract import Contract
from emotion_edge.model.network import EMBEDDING, LOGITS
from emotion_edge.model.quantization import input_table

VARIANTS = ("float32", "float16", "dynamic", "int8", "int16x8")
Images = npt.NDArray[np.float32]


def to_logits(model: keras.Model, *, batch_size: int | None) -> keras.Model:
    """Return a copy with two outputs, for batches of this size (None: any).

    They are LOGITS (batch, classes), which is what the last layer computes before its
    activation, and EMBEDDING (batch, features), which it computes them of.

    Saturated sigmoids tie in int8, and their labels with them, so the network ends in logits and
    the edge applies the activation in float. Convert with a batch size of 1: an unknown size would
    turn Flatten into four shape operators and keep XNNPACK from the network on tflite-runtime.
    """

    def without_activation(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        if layer is model.layers[-1]:
            config["activation"] = "linear"
        return type(layer).from_config(config)

    copy = keras.models.clone_model(
        model,
        input_tensors=keras.Input(model.input_shape[1:], batch_size=batch_size, name="image"),
        clone_function=without_activation,
    )
    copy.set_weights(model.get_weights())
    return keras.Model(copy.inputs, {LOGITS: copy.outputs[0], EMBEDDING: _features(copy)})


def _features(model: keras.Model) -> keras.KerasTensor:
    """Return the input of the last layer that is not a dropout, which does nothing at inference."""
    features = model.layers[-1].input
    while isinstance(layer := features._keras_history.operation, keras.layers.Dropout):
        features = layer.input
    return features


def check_activation(model: keras.Model, contract: Contract) -> None:
    """Raise UserError unless activation, input and output of the model match the contract."""
    activation = getattr(getattr(model.layers[-1], "activation", None), "__name__", None)
    if activation != contract.activation:
        raise UserError(
            f"the model's last activation is {activation}, its contract says {contract.activation}"
        )
    shapes = model.input_shape[1:], model.output_shape[1:], model.layers[-1].input.shape[1:]
    expected = contract.input_shape, (len(contract.labels),), (contract.embedding,)
    if shapes != expected:
        raise UserError(
            f"the model maps {shapes[0]} to {shapes[1]} over {shapes[2]} features, its contract "
            f"says {expected[0]} to {expected[1]} over {expected[2]}"
        )


def convert(model: keras.Model, *, variant: str, representative_dataset: Images) -> bytes:
    """Return the logits model (batch 1, from `to_logits`) as a flatbuffer of built-in operators.

    variant:
        "float32": weights and arithmetic in float32;
        "float16": weights in float16, arithmetic in float32;
        "dynamic": int8 weights, float32 input and output, activations quantised at run time;
        "int8": weights, activations, input and output (Jacob et al. 2018, arXiv:1712.05877);
        "int16x8": int8 weights, int16 activations, input and output.
    representative_dataset: (N, height, width, channels) float32, normalised as in training; its
        ranges become the scales of int8 and int16x8.
    Raises RunError if TensorFlow's converter fails.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    _SETTINGS[variant](converter)
    if variant in ("int8", "int16x8"):
        converter.representative_dataset = _samples_of(representative_dataset)
    return logits_first(_run(converter))


def logits_first(flatbuffer: bytes) -> bytes:
    """Return the model with its outputs in the order in which the edge reads them."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    named = {output.name.decode(): output.tensorIndex for output in model.signatureDefs[0].outputs}
    model.subgraphs[0].outputs = np.array([named[LOGITS], named[EMBEDDING]], np.int32)
    return pack_model(model, len(flatbuffer))


def normalised(images: npt.NDArray[np.uint8], contract: Contract) -> Images:
    """Return images as the network's float32 input, of the same shape."""
    return input_table(contract, dtype=np.float32)[images]


def _float16(converter: tf.lite.TFLiteConverter) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]


def _dynamic(converter: tf.lite.TFLiteConverter) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    # Per-channel dense weights need FULLY_CONNECTED version 12, which tflite-runtime 2.14 lacks.
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True


def _int8(converter: tf.lite.TFLiteConverter) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8


def _int16x8(converter: tf.lite.TFLiteConverter) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    ]
    converter.inference_input_type = converter.inference_output_type = tf.int16


_SETTINGS: dict[str, Callable[[tf.lite.TFLiteConverter], None]] = {
    "float32": lambda converter: None,
    "float16": _float16,
    "dynamic": _dynamic,
    "int8": _int8,
    "int16x8": _int16x8,
}


def _run(converter: tf.lite.TFLiteConverter) -> bytes:
    try:
        with warnings.catch_warnings():
            # It asks for input statistics, which only quantisation-aware training in TF 1 had.
            warnings.filterwarnings("ignore", message="Statistics for quantized inputs")
            return converter.convert()
    except Exception as error:  # any type, such as an OSError when the temporary folder is full
        raise _failure(error) from error


def _failure(error: Exception) -> RunError:
    found = re.search(r"error: (.+)", str(error)) or re.search(r"(.*)", str(error))
    words = found[1] if found else ""
    return RunError(
        f"TensorFlow's converter failed ({type(error).__name__}: {words}); is there space in "
        f"{tempfile.gettempdir()}, and has the network only layers that TFLite knows?"
    )


def _samples_of(images: Images) -> Callable[[], Iterator[list[Images]]]:
    """Return a function that yields the images one at a time, as the converter wants them."""

    def samples() -> Iterator[list[Images]]:
        for image in images:
            yield [image[np.newaxis]]

    return samples
