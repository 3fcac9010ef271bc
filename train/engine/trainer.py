"""Build the network, then train it: compile, fit, resume and stop."""

import hashlib
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from emotion_edge.errors import RunError, UserError
from emotion_edge.model.contract import Contract
from train.data.image_folder import Dataset, Split
from train.data.pipeline import evaluation_batches, steps_per_epoch, training_batches
from train.engine.checkpoint import Checkpoint, History, has_plateaued, kept_weights, restore
from train.engine.distributed import prepare_for_replicas
from train.models import MODELS
from train.recipe import Recipe


@dataclass(frozen=True)
class RunOptions:
    """Where a run trains and saves its state.

    checkpoint: the folder for the state. resume: continue the run that is there, instead of
    replacing it.
    """

    strategy: tf.distribute.Strategy
    checkpoint: Path
    resume: bool


def build(recipe: Recipe, classes: int, steps: int = 1) -> keras.Model:
    """Return the recipe's network, compiled.

    steps: batches in an epoch. Raises UserError for an unknown optimizer.
    """
    keras.utils.set_random_seed(recipe.seed)
    model = MODELS[recipe.model](classes)
    model.compile(
        optimizer=_optimizer(recipe, steps),
        loss="categorical_crossentropy",
        weighted_metrics=["accuracy"],  # weighted, so that the padding of a batch does not count
        jit_compile=False,  # XLA makes the epochs of these networks slower on a CPU
    )
    return model


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    try:
        optimizer = keras.optimizers.get(recipe.optimizer)
    except ValueError:
        raise UserError(
            f"--optimizer {recipe.optimizer}: Keras has no optimizer of this name"
        ) from None
    changes: dict[str, Any] = {}
    if recipe.learning_rate is not None:
        changes["learning_rate"] = recipe.learning_rate
    if recipe.warmup_epochs is not None:
        peak = recipe.learning_rate or float(optimizer.learning_rate)
        changes["learning_rate"] = _cosine_schedule(recipe, recipe.warmup_epochs, steps, peak)
    if recipe.weight_decay is not None:
        changes["weight_decay"] = recipe.weight_decay
    if recipe.average is not None:
        momentum = 1 - 1 / max(1.0, recipe.average * steps)
        changes |= {"use_ema": True, "ema_momentum": momentum}
    return type(optimizer)(**changes)


def _cosine_schedule(
    recipe: Recipe, warmup_epochs: int, steps: int, peak: float
) -> keras.optimizers.schedules.CosineDecay:
    return keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=max(1, (recipe.epochs - warmup_epochs) * steps),
        warmup_target=peak,
        warmup_steps=warmup_epochs * steps,
    )


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
    Ctrl-C. The weights are in the checkpoint, see `kept_model`. Raises UserError if the run cannot
    be resumed.
    """
    settings = _settings(recipe, dataset.training, contract)
    if not options.resume:
        shutil.rmtree(options.checkpoint, ignore_errors=True)
    model, history = _restore_or_build(recipe, dataset, options, settings)
    model.summary()
    averaged = keras.callbacks.SwapEMAWeights() if recipe.average is not None else None
    saver = Checkpoint(options.checkpoint, settings, history, recipe.patience, averaged)
    if not _is_finished(history, recipe):
        if relabel:
            dataset = replace(dataset, training=relabel(dataset.training))
        with _finish_epoch_on_interrupt(saver):
            _fit(model, recipe, dataset, contract, saver)
    return history, _is_finished(history, recipe) and not saver.interrupted


def _settings(recipe: Recipe, training: Split, contract: Contract) -> dict[str, Any]:
    """Return the settings that a run must share with the one it resumes."""
    settings = {**recipe.settings(), "labels": list(contract.labels), "data": training.key}
    if recipe.soft_labels:
        settings["votes"] = hashlib.sha256(training.votes.tobytes()).hexdigest()
    return settings


def _restore_or_build(
    recipe: Recipe, dataset: Dataset, options: RunOptions, settings: dict[str, Any]
) -> tuple[keras.Model, History]:
    strategy = options.strategy
    with strategy.scope():
        model, history = restore(options.checkpoint, settings) if options.resume else (None, [])
        steps = steps_per_epoch(dataset.training, recipe)
        model = model or build(recipe, len(settings["labels"]), steps)
    if strategy is not tf.distribute.get_strategy():
        prepare_for_replicas(model, strategy)
    return model, history


def _is_finished(history: History, recipe: Recipe) -> bool:
    return len(history) >= recipe.epochs or has_plateaued(history, recipe.patience)


def kept_model(recipe: Recipe, contract: Contract, checkpoint: Path) -> keras.Model:
    """Return the network with the weights that the run keeps, without a distribution strategy.

    Raises RunError if a weight is not finite, UserError if the file is damaged.
    """
    model, path = MODELS[recipe.model](len(contract.labels)), kept_weights(checkpoint)
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"cannot read {path}: {error}; leave out --resume") from None
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
