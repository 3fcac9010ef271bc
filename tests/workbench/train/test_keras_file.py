"""Keras files of others that are read, and those that are refused with a reason."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from emotion_edge.errors import UserError
from emotion_edge.model.model_file import SHIPPED, read_unverified_model
from tests.edge.command_line import edge
from train.keras_file import read_network

SIDE = 6


class Own(layers.Layer):
    """A layer of somebody's own."""

    def call(self, inputs):
        return inputs * 2


def model(*inside: keras.Layer, shape: tuple = (SIDE, SIDE, 3)) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *inside])


def classifier(*inside: keras.Layer, **options: tuple) -> keras.Model:
    return model(*inside, layers.Flatten(), layers.Dense(2, activation="softmax"), **options)


def with_two_inputs() -> keras.Model:
    inputs = [keras.Input((SIDE, SIDE, 3)) for _ in range(2)]
    scores = layers.Dense(2, activation="softmax")(layers.Flatten()(layers.Add()(inputs)))
    return keras.Model(inputs, scores)


def with_two_outputs() -> keras.Model:
    image = keras.Input((SIDE, SIDE, 3))
    return keras.Model(image, [layers.Dense(2)(layers.Flatten()(image)) for _ in range(2)])


ANY_SIZE = (None, None, 3)
NETWORKS: dict[str, tuple[Callable[[], keras.Model], str]] = {
    "Lambda": (
        lambda: classifier(layers.Lambda(lambda pixels: pixels / 255)),
        "a Lambda layer is code in the file, which is not run; replace it",
    ),
    "a layer of its own": (lambda: classifier(Own()), "'Own' is a class of its author"),
    "two inputs": (with_two_inputs, "it has 2 inputs and 1 outputs"),
    "two outputs": (with_two_outputs, "it has 1 inputs and 2 outputs"),
    "any size": (
        lambda: model(layers.GlobalAveragePooling2D(), layers.Dense(2), shape=ANY_SIZE),
        r"its input is \(None, None, 3\); needed is a fixed",
    ),
    "four channels": (lambda: classifier(shape=(SIDE, SIDE, 4)), "with 1 channel"),
    "no picture": (lambda: classifier(shape=(SIDE,)), r"its input is \(6,\)"),
    "channels first": (lambda: classifier(shape=(3, 24, 24)), r"its input is \(3, 24, 24\)"),
    "no size": (
        lambda: keras.Sequential([layers.Flatten(), layers.Dense(2)]),
        "the size of its input is not fixed; begin it with keras.Input",
    ),
    "no Dense": (
        lambda: model(layers.Conv2D(2, 3), layers.GlobalAveragePooling2D(), layers.Softmax()),
        "its last layer is GlobalAveragePooling2D; needed is Dense",
    ),
    "another activation": (
        lambda: model(layers.Flatten(), layers.Dense(2, activation="relu")),
        "its last activation is relu; needed is softmax, or none",
    ),
    "two activations": (
        lambda: model(layers.Flatten(), layers.Dense(2, activation="tanh"), layers.Softmax()),
        "its last activation is tanh and softmax",
    ),
    "too many features": (
        lambda: classifier(shape=(40, 40, 3)),
        r"an input of \(4800,\); at most \(4096,\) is allowed; put a smaller Dense layer",
    ),
}


@pytest.mark.parametrize(("make", "message"), NETWORKS.values(), ids=NETWORKS.keys())
def test_a_network_that_cannot_be_converted_is_refused(make, message, tmp_path):
    make().save(tmp_path / "my.keras")
    with pytest.raises(UserError, match=message):
        read_network(tmp_path / "my.keras")


def cut(path: Path, content: bytes) -> None:
    path.write_bytes(content[: len(content) // 2])


def overwrite_middle(path: Path, content: bytes) -> None:
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\xff" * 64 + content[middle + 64 :])


def without_configuration(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")


def with_strange_configuration(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", '{"module": "keras", "class_name": "Nothing"}')


DAMAGE: dict[str, tuple[Callable[[Path, bytes], object], str]] = {
    "cut": (cut, "damaged: File is not a zip file; copy the file again"),
    "overwritten": (overwrite_middle, "damaged: model.weights.h5 in it is damaged"),
    "empty": (lambda path, content: path.write_bytes(b""), "damaged: "),
    "another zip": (without_configuration, "damaged: .*config.json"),
    "unknown class": (with_strange_configuration, "cannot load it: "),
    "missing": (lambda path, content: path.unlink(), "cannot read the network: No such file"),
    "a .tflite": (
        lambda path, content: shutil.copy(SHIPPED, path),
        r"no Keras network with which its results could be compared; adopt the \.keras",
    ),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE.keys())
def test_another_or_a_damaged_file_is_refused(damage, message, tmp_path):
    path = tmp_path / "my.keras"
    classifier().save(path)
    damage(path, path.read_bytes())
    with pytest.raises(UserError, match=message):
        read_network(path)


def test_other_formats_of_keras_are_refused_with_what_to_do(tmp_path):
    network = classifier()
    network.save(tmp_path / "my.h5")
    network.save_weights(tmp_path / "my.weights.h5")
    network.export(tmp_path / "saved", verbose=False)
    shutil.copy(tmp_path / "my.h5", tmp_path / "renamed.keras")
    for name in ("my.h5", "renamed.keras"):
        with pytest.raises(UserError, match=r"the old HDF5 format; save it again: keras\.models"):
            read_network(tmp_path / name)
    with pytest.raises(UserError, match="weights without their network"):
        read_network(tmp_path / "my.weights.h5")
    with pytest.raises(UserError, match="a SavedModel, which has no Keras layers"):
        read_network(tmp_path / "saved")
    with pytest.raises(UserError, match="a folder, which has no Keras layers"):
        read_network(tmp_path)


@pytest.mark.parametrize(
    "ending",
    [
        [layers.Dense(2, activation="softmax")],
        [layers.Dense(2), layers.Softmax()],
        [layers.Dense(2), layers.Activation("softmax")],
        [layers.Dense(2, use_bias=False)],
    ],
)
def test_each_ending_becomes_a_dense_layer_with_softmax(ending, tmp_path):
    network = model(layers.Flatten(), *ending)
    network.save(tmp_path / "my.keras")
    found = read_network(tmp_path / "my.keras")
    assert isinstance(found.layers[-1], layers.Dense)
    images = np.random.default_rng(0).random((3, SIDE, SIDE, 3), np.float32)
    theirs = np.array(network(images))
    if theirs.min() < 0 or not np.allclose(theirs.sum(axis=1), 1):
        theirs = np.array(keras.ops.softmax(theirs))
    assert np.array(found(images)) == pytest.approx(theirs, abs=1e-5)


def test_a_network_of_half_precision_is_read_in_float32(tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        classifier(layers.Conv2D(4, 3)).save(tmp_path / "my.keras")
    finally:
        keras.config.set_dtype_policy("float32")
    found = read_network(tmp_path / "my.keras")
    assert {layer.compute_dtype for layer in found.layers} == {"float32"}


def test_the_edge_refuses_a_tflite_without_contract(tmp_path):
    path = tmp_path / "other.tflite"
    path.write_bytes(read_unverified_model(SHIPPED).network)
    refused = edge("run", "--model", path, "--source", SHIPPED)
    assert refused.returncode == 2
    assert "other.tflite: no contract inside" in refused.stderr
