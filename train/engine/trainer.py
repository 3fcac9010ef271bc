"""Build the network, then train it: compile, fit, resume and stop."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from emotion_edge.errors import RunError
from emotion_edge.model.contract import Contract
from train.data.dataset import Dataset
from train.data.pipeline import evaluation_batches, steps_per_epoch, training_batches
from train.data.split import Split
from train.engine.averaging import AveragedWeights
from train.engine.checkpoint import Checkpoint, has_plateaued
from train.engine.distributed import prepare_for_replicas
from train.engine.losses import accuracy, cross_entropy
from train.engine.optimizer import make_optimizer
from train.engine.run_settings import common_settings, run_settings
from train.engine.start import RunOptions, start_together
from train.engine.state import History, State, load_last, read_state
from train.models import MODELS
from train.recipe import Recipe

_STATISTICS_BATCHES = 8  # more of them do not change the accuracy of the averaged weights


def build(recipe: Recipe, classes: int, steps: int = 1) -> keras.Model:
    """Return the recipe's network, compiled.

    steps: batches in an epoch. Raises UserError for an unknown optimizer.
    """
    keras.utils.set_random_seed(recipe.seed)
    with _precision(recipe):
        model = MODELS[recipe.model](classes)
    model.compile(
        optimizer=make_optimizer(recipe, steps),
        loss=cross_entropy,
        # Weighted, so that the padding of a batch does not count.
        weighted_metrics=[keras.metrics.MeanMetricWrapper(accuracy, name="accuracy")],
        jit_compile=False,  # XLA makes the epochs of these networks slower on a CPU
    )
    # TensorFlow traces a step twice if that makes variables.
    model.optimizer.build(model.trainable_variables)
    return model


@contextmanager
def _precision(recipe: Recipe) -> Iterator[None]:
    """Let the layers that are made meanwhile compute as the recipe says."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if recipe.bfloat16 else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def fit(
    recipe: Recipe,
    dataset: Dataset,
    contract: Contract,
    options: RunOptions,
    relabel: Callable[[Split], Split] | None = None,
) -> tuple[History, bool]:
    """Train until the recipe is done, early stopping ends the run, or Ctrl-C.

    Ctrl-C stops the run after the current epoch. relabel: returns the training split with other
    soft labels. Returns the history, one row per epoch, and whether the run finished without
    Ctrl-C. The weights are in the checkpoint, see `kept_model`. A former run's checkpoint is there
    until the first epoch is finished. Raises UserError if the run cannot be resumed, and on all
    workers if one of them cannot.
    """
    settings = run_settings(recipe, dataset, contract, options.pretrained)
    changeable = {*recipe.changeable(), "validation"}
    state, run = start_together(options, common_settings(dataset, settings), settings, changeable)
    model = _restore_or_build(recipe, dataset, contract, options, state)
    model.summary()
    averaged = _averaged_weights(recipe, dataset, contract)
    saver = Checkpoint(options.checkpoint, run, settings, recipe.patience, averaged, state)
    history = saver.history
    if not _is_finished(history, recipe):
        if relabel:
            dataset = replace(dataset, training=relabel(dataset.training))
        with _finish_epoch_on_interrupt(saver):
            _fit(model, recipe, dataset, contract, saver)
    return history, _is_finished(history, recipe) and not saver.interrupted


def _restore_or_build(
    recipe: Recipe,
    dataset: Dataset,
    contract: Contract,
    options: RunOptions,
    state: State | None,
) -> keras.Model:
    strategy = options.strategy
    with strategy.scope():
        if state:
            model = load_last(options.checkpoint, state)
        else:
            steps = steps_per_epoch(dataset.training, recipe)
            model = build(recipe, len(contract.labels), steps)
            if options.pretrained:
                options.pretrained.copy_to(model, contract.labels)
    if strategy is not tf.distribute.get_strategy():
        prepare_for_replicas(model, strategy)
    return model


def _averaged_weights(
    recipe: Recipe, dataset: Dataset, contract: Contract
) -> AveragedWeights | None:
    if recipe.average is None:
        return None
    few = replace(recipe, epochs=1, batch_size=32, steps=_STATISTICS_BATCHES)
    batches = training_batches(dataset.training, contract, few)
    return AveragedWeights(batches.map(lambda images, *_: images))


def _is_finished(history: History, recipe: Recipe) -> bool:
    return len(history) >= recipe.epochs or has_plateaued(history, recipe.patience)


def kept_model(recipe: Recipe, contract: Contract, checkpoint: Path) -> keras.Model:
    """Return the network with the weights that the run keeps, without a distribution strategy.

    Raises RunError if a weight is not finite.
    """
    model = MODELS[recipe.model](len(contract.labels))
    model.load_weights(checkpoint / read_state(checkpoint).kept)
    if not all(np.isfinite(weights).all() for weights in model.get_weights()):
        raise RunError("training diverged: weights are not finite; try a smaller --learning-rate")
    return model


def _fit(
    model: keras.Model, recipe: Recipe, dataset: Dataset, contract: Contract, saver: Checkpoint
) -> None:
    first_epoch = len(saver.history)
    model.fit(
        training_batches(dataset.training, contract, recipe, first_epoch=first_epoch),
        initial_epoch=first_epoch,
        epochs=recipe.epochs,
        steps_per_epoch=steps_per_epoch(dataset.training, recipe),
        validation_data=evaluation_batches(
            dataset.validation,
            contract,
            batch_size=recipe.batch_size,
            full=model.distribute_strategy.num_replicas_in_sync > 1,
        ),
        shuffle=False,  # the batches are shuffled already
        callbacks=[saver.averaged, saver] if saver.averaged else [saver],
        verbose=1 if sys.stdout.isatty() else 2,
    )


@contextmanager
def _finish_epoch_on_interrupt(saver: Checkpoint) -> Iterator[None]:
    """Let the first Ctrl-C end the run after its epoch, and the second one interrupt as usual."""

    def end(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        saver.interrupted = True
        print("\nstopping after this epoch (again to stop at once)", file=sys.stderr)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
