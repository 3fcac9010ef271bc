"""Networks that name the colour of a picture, trained by plain Keras, as others would do it."""

from collections.abc import Callable
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

EPOCHS = 15


def train_in_colour(data: Path) -> keras.Model:
    """Train a network with Rescaling inside and softmax, which flips pictures in training."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.RandomFlip("horizontal"),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(16, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ],
        name="colour",
    )
    return _fit(model, data, "rgb", lambda pixels: pixels, from_logits=False)


def train_in_grey(data: Path) -> keras.Model:
    """Train a functional network of wide pictures, -1 to 1, that ends in logits.

    It has the name of one of ours.
    """
    keras.utils.set_random_seed(0)
    image = keras.Input((20, 24, 1))
    features = layers.Conv2D(8, 3, activation="relu")(image)
    features = layers.GlobalAveragePooling2D()(features)
    features = layers.Dense(16, activation="relu")(features)
    model = keras.Model([image], layers.Dense(3)(features), name="compact")
    return _fit(model, data, "grayscale", lambda pixels: pixels / 127.5 - 1, from_logits=True)


def _fit(
    model: keras.Model,
    data: Path,
    mode: str,
    scale: Callable[[tf.Tensor], tf.Tensor],
    *,
    from_logits: bool,
) -> keras.Model:
    pictures = keras.utils.image_dataset_from_directory(
        data / "train",
        image_size=model.input_shape[1:3],
        color_mode=mode,
        batch_size=16,
        seed=0,
        verbose=False,
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    model.compile(keras.optimizers.Adam(5e-3), loss)
    batches = pictures.map(lambda pixels, label: (scale(pixels), label))
    model.fit(batches, epochs=EPOCHS, shuffle=False, verbose=0)
    return model
