"""Evaluate and save the moving average of the weights, with statistics that belong to it.

Keras' optimizer averages the trainable weights only. The mean and the variance in a
BatchNormalization layer are those of the weights before averaging, so they are estimated again
(Izmailov et al. 2018, *Averaging Weights Leads to Wider Optima and Better Generalization*,
arXiv:1803.05407, section 3.2).
"""

from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from train.engine.state import dropout_seeds

Weights = list[npt.NDArray[np.float32]]


class AveragedWeights(keras.callbacks.Callback):
    """Puts the averaged weights into the model while it is validated or saved."""

    def __init__(self, batches: Iterable[tf.Tensor]) -> None:
        """Estimate the statistics from batches of training images, float32 (N, *input shape)."""
        super().__init__()
        self.batches = batches
        self._trained: Weights = []
        self._averaged: Weights = []

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        """Replace the weights by their average."""
        self._trained = self.model.get_weights()
        averages = self.model.optimizer._model_variables_moving_average
        with self.model.distribute_strategy.scope():
            for variable, average in zip(self.model.trainable_variables, averages, strict=True):
                variable.assign(average.numpy())
            estimate_statistics(self.model, self.batches)
        self._averaged = self.model.get_weights()

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        """Put the weights back, so that training goes on with them."""
        self._set(self._trained)

    def save_weights(self, path: Path) -> None:
        """Save the average that was validated last; the model keeps its weights."""
        self._set(self._averaged)
        self.model.save_weights(path)
        self._set(self._trained)

    def _set(self, weights: Weights) -> None:
        with self.model.distribute_strategy.scope():
            self.model.set_weights(weights)


def estimate_statistics(model: keras.Model, batches: Iterable[tf.Tensor]) -> None:
    """Set the mean and the variance of each BatchNormalization layer to their means over batches.

    Everything else in the model stays the same.
    """
    layers = [
        layer
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    seeds = [(seed, seed.numpy()) for seed in dropout_seeds(model)]
    for number, images in enumerate(batches):
        for layer in layers:
            layer.momentum = number / (number + 1)
        model(images, training=True)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    for seed, value in seeds:
        seed.assign(value)
