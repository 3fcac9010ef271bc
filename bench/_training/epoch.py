"""One epoch of training as `python -m train` runs it, without validation."""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf

from train.data.dataset import find_labels, load
from train.data.pipeline import steps_per_epoch, training_batches
from train.data.split import Split
from train.engine.trainer import build
from train.models import contract_of
from train.recipe import Recipe


class Epoch(NamedTuple):
    """A compiled network, the training split and its batches, and the steps of an epoch."""

    model: keras.Model
    split: Split
    batches: tf.data.Dataset
    steps: int

    def train(self, callbacks: tuple[keras.callbacks.Callback, ...] = ()) -> None:
        """Train one epoch."""
        self.model.fit(
            self.batches,
            steps_per_epoch=self.steps,
            shuffle=False,
            verbose=0,
            callbacks=list(callbacks),
        )


def prepare(data: Path, recipe: Recipe, cache: Path) -> Epoch:
    """Decode the pictures of `data` into `cache` and build the recipe's network."""
    labels = find_labels(data)
    model = build(recipe, len(labels))
    contract = contract_of(model, labels)
    with redirect_stdout(sys.stderr):  # it prints what it finds
        split = load(data, contract, cache).training
    batches = training_batches(split, contract, recipe)
    return Epoch(model, split, batches, steps_per_epoch(split, recipe))
