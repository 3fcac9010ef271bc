"""The network architectures.

To add one, write a function here and add it to MODELS. Its last layer must be a Dense layer with an
activation that the contract supports. `contract_of` reads the input size and the activation from
the Keras model. To train it on pictures with stretched contrast, add it to _CONTRAST too. Its
hyperparameters go into train/recipe.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import keras
import numpy as np
import numpy.typing as npt
from keras import layers

from emotion_edge.model.contract import Contract
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE


def simple_cnn(classes: int) -> keras.Model:
    """Return the original network: float32 (150, 150, 3) in 0..1 to `classes` sigmoids.

    It has 2,404,967 parameters for seven classes, most of them in the first dense layer. Its
    sigmoids are trained with categorical cross-entropy, which divides them by their sum.
    """
    return keras.Sequential(
        [
            keras.Input((150, 150, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Flatten(),  # has no effect, but the original has it
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="sigmoid"),
        ],
        name="simple_cnn",
    )


def compact(classes: int) -> keras.Model:
    """Return the shipped network: float32 (48, 48, 1) in 0..1 to `classes` softmax scores.

    For seven classes it has 966,983 parameters after fusing, and 57.0 M multiply-adds.
    """
    return _residual_network("compact", classes, stem=16, stages=((32, 1), (64, 2), (128, 3)))


def deep(classes: int) -> keras.Model:
    """Return a teacher with as many multiply-adds as `compact`, more of them in early layers."""
    return _residual_network("deep", classes, stem=24, stages=((32, 2), (64, 2), (128, 2)))


def wide(classes: int) -> keras.Model:
    """Return a teacher with more filters and 84 M multiply-adds."""
    return _residual_network("wide", classes, stem=32, stages=((48, 1), (96, 2), (128, 2)))


def _residual_network(
    name: str, classes: int, *, stem: int, stages: Sequence[tuple[int, int]]
) -> keras.Model:
    """Return a residual network (He et al. 2015, arXiv:1512.03385) of plain 3 x 3 convolutions.

    They train fast on a CPU and quantise well: batch normalisation and ReLU are fused into them.
    stem: filters of the first convolution. stages: (filters, blocks) of each; the first block of a
    stage halves the side.
    """
    image = keras.Input((48, 48, 1))
    x = _convolution(image, stem)
    for filters, blocks in stages:
        for block in range(blocks):
            x = _residual(x, filters, strides=1 if block else 2)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    # float32, because scores in bfloat16 would be too coarse
    scores = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(image, scores, name=name)


def _residual(x: keras.KerasTensor, filters: int, *, strides: int) -> keras.KerasTensor:
    y = _convolution(x, filters, strides=strides)
    y = _convolution(y, filters, activation=None)
    if strides > 1:  # max pooling, because XNNPACK has no int8 average pooling
        x = layers.MaxPooling2D(strides)(x)
        x = _convolution(x, filters, size=1, activation=None)
    return layers.ReLU()(layers.Add()([x, y]))


def _convolution(
    x: keras.KerasTensor,
    filters: int,
    *,
    size: int = 3,
    strides: int = 1,
    activation: str | None = "relu",
) -> keras.KerasTensor:
    x = layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x


MODELS: dict[str, Callable[[int], keras.Model]] = {
    network.__name__: network for network in (simple_cnn, compact, deep, wide)
}

_LEAST_SHARE = 1e-4  # of a class in the prior, which has a logarithm

# Networks whose pictures are not prepared as "none" says; see `Contract.contrast`.
_CONTRAST = {"compact": "stretch", "deep": "stretch", "wide": "stretch"}


def contract_of(
    model: keras.Model, labels: list[str], rule: Mapping[str, float] = DEFAULT_CROP_RULE
) -> Contract:
    """Return the contract of a model from MODELS: its inputs, outputs and preprocessing.

    Its prior is that of equally frequent classes.

    rule: how the training faces were cropped, see `emotion_edge.model.crop_rule`.
    """
    _, height, width, channels = model.input_shape
    activation = model.layers[-1].activation.__name__
    return Contract(
        labels=tuple(labels),
        width=width,
        height=height,
        color_space="RGB" if channels == 3 else "GRAYSCALE",
        contrast=_CONTRAST.get(model.name, "none"),
        activation=activation,
        embedding=model.layers[-1].input.shape[-1],
        prior=(1 / len(labels),) * len(labels),
        face_width=rule["face_width"],
        eye_height=rule["eye_height"],
    )


def with_prior(contract: Contract, shown: npt.NDArray[np.float64], tau: float) -> Contract:
    """Return the contract with a prior, and with `tau`.

    shown: the share of each label among those that the network was shown, (classes,).
    """
    shares = np.maximum(shown, _LEAST_SHARE)
    return replace(contract, prior=tuple((shares / shares.sum()).tolist()), tau=tau)
