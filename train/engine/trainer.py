"""The training run: compile, fit, resume, stop."""

import hashlib
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from emotion_edge.errors import RunError, UserError
from emotion_edge.model.contract import Contract
from train.data.image_folder import Dataset, Split
from train.data.pipeline import evaluation_batches, steps_per_epoch, training_batches
from train.engine.checkpoint import Checkpoint, History, is_stale, kept_weights, restore
from train.engine.distributed import prepare_for_replicas
from train.models import MODELS
from train.recipe import Recipe


def build(recipe: Recipe, classes: int, steps: int = 1) -> keras.Model:
    """Return the recipe's network, compiled; steps: of an epoch.

    Raises UserError for an unknown optimizer.
    """
    keras.utils.set_random_seed(recipe.seed)
    model = MODELS[recipe.model](classes)
    # XLA, which Keras may choose by itself, makes these networks' epochs longer on a processor.
    model.compile(
        optimizer=_optimizer(recipe, steps),
        loss="categorical_crossentropy",
        weighted_metrics=["accuracy"],  # weighted, because padding of a batch must not count
        jit_compile=False,
    )
    return model


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    try:
        optimizer = keras.optimizers.get(recipe.optimizer)
    except ValueError:
        raise UserError(f"--optimizer {recipe.optimizer}: Keras has none of that name") from None
    changes: dict[str, Any] = {}
    if recipe.learning_rate is not None:
        changes["learning_rate"] = recipe.learning_rate
    if recipe.warmup_epochs is not None:
        peak = recipe.learning_rate or float(optimizer.learning_rate)
        changes["learning_rate"] = keras.optimizers.schedules.CosineDecay(
            0.0,
            decay_steps=max(1, (recipe.epochs - recipe.warmup_epochs) * steps),
            warmup_target=peak,
            warmup_steps=recipe.warmup_epochs * steps,
        )
    if recipe.weight_decay is not None:
        changes["weight_decay"] = recipe.weight_decay
    if recipe.average is not None:
        momentum = 1 - 1 / max(1.0, recipe.average * steps)
        changes |= {"use_ema": True, "ema_momentum": momentum}
    return type(optimizer)(**changes)


def fit(
    recipe: Recipe,
    dataset: Dataset,
    contract: Contract,
    *,
    strategy: tf.distribute.Strategy,
    checkpoint: Path,
    resume: bool,
    teach: Callable[[Split], Split] | None = None,
) -> tuple[History, bool]:
    """Train until the recipe is done, patience ends, or Ctrl-C (then the epoch is finished).

    teach: returns the training split with the soft labels to learn; its own otherwise.
    Returns the history, one row an epoch, and whether the run is over and was not interrupted; the
    weights stay in `checkpoint`, see `kept_model`.
    Raises UserError where `resume` cannot be done.
    """
    settings = {**recipe.settings(), "labels": list(contract.labels), "data": dataset.training.key}
    if recipe.soft_labels:
        settings["votes"] = hashlib.sha256(dataset.training.votes.tobytes()).hexdigest()
    if not resume:
        shutil.rmtree(checkpoint, ignore_errors=True)
    with strategy.scope():
        model, history = restore(checkpoint, settings) if resume else (None, [])
        model = model or build(
            recipe, len(contract.labels), steps_per_epoch(dataset.training, recipe)
        )
    if strategy is not tf.distribute.get_strategy():
        prepare_for_replicas(model, strategy)
    model.summary()
    averaged = keras.callbacks.SwapEMAWeights() if recipe.average is not None else None
    saver = Checkpoint(checkpoint, settings, history, recipe.patience, averaged)
    if not _is_over(history, recipe):
        if teach:
            dataset = replace(dataset, training=teach(dataset.training))
        with _finish_epoch_on_interrupt(saver):
            _fit(model, recipe, dataset, contract, saver)
    return history, _is_over(history, recipe) and not saver.interrupted


def _is_over(history: History, recipe: Recipe) -> bool:
    return len(history) >= recipe.epochs or is_stale(history, recipe.patience)


def kept_model(recipe: Recipe, contract: Contract, checkpoint: Path) -> keras.Model:
    """Return the network with the weights that the run keeps, on this device alone.

    Raises RunError where they are not numbers, UserError where the file is damaged.
    """
    model, path = MODELS[recipe.model](len(contract.labels)), kept_weights(checkpoint)
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"cannot read {path}: {error}; leave --resume out") from None
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
        shuffle=False,  # the batches are
        callbacks=[saver.averaged, saver] if saver.averaged else [saver],
        verbose=1 if sys.stdout.isatty() else 2,
    )


@contextmanager
def _finish_epoch_on_interrupt(saver: Checkpoint) -> Iterator[None]:
    """Let the first Ctrl-C end the run after its epoch; the second is Python's own."""

    def end(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        saver.interrupted = True
        print("\nstopping after this epoch (again to stop at once)", file=sys.stderr)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
