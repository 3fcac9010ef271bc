"""Write the trained network as a TFLite file."""

import contextlib
import io

import keras
import tensorflow as tf

from train.proposer.network import build_network

ROWS, COLUMNS = 320, 416  # pixels of the input as it is written; a runtime can change it


def to_tflite(model: keras.Model) -> bytes:
    """Return the network with float16 weights, which XNNPACK runs as a whole."""
    fixed = build_network(ROWS, COLUMNS)
    fixed.set_weights(model.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    with contextlib.redirect_stdout(io.StringIO()):  # Keras prints the tensors
        return bytes(converter.convert())
