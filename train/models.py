"""The networks. To add one, write a function here and name it in MODELS. Its last layer is a Dense
layer with an activation that the contract knows.

What the edge must know of a network (input size, activation) is read off the Keras model.
"""

from collections.abc import Callable, Mapping

import keras
from keras import layers

from edge.contract import Contract
from edge.crop import DEFAULT_RULE


def simple_cnn(classes: int) -> keras.Model:
    """Return the original network: float32 (150, 150, 3) in 0..1 to `classes` sigmoids.

    2,404,967 parameters with seven classes, most of them in the first dense layer. Its sigmoids
    are trained with categorical cross-entropy, which divides them by their sum.
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
            layers.Flatten(),  # changes nothing; the original has it
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="sigmoid"),
        ],
        name="simple_cnn",
    )


MODELS: dict[str, Callable[[int], keras.Model]] = {"simple_cnn": simple_cnn}


def contract_of(
    model: keras.Model, labels: list[str], rule: Mapping[str, float] = DEFAULT_RULE
) -> Contract:
    """Return the contract between a model from MODELS and whoever runs it.

    rule: how the faces that it learns from were cut out, see `edge.crop`.
    """
    _, height, width, _ = model.input_shape
    activation = model.layers[-1].activation.__name__
    return Contract(
        labels=tuple(labels),
        width=width,
        height=height,
        activation=activation,
        face_width=rule["face_width"],
        eye_height=rule["eye_height"],
    )
