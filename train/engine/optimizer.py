"""The optimizer of a recipe, with its schedule of learning rates."""

from typing import Any

import keras

from emotion_edge.errors import UserError
from train.recipe import Recipe


def make_optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    """Return the recipe's optimizer.

    steps: batches in an epoch. Raises UserError for an unknown name.
    """
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
        default = float(keras.ops.convert_to_numpy(optimizer.learning_rate))
        peak = changes.get("learning_rate", default)
        changes["learning_rate"] = _cosine_schedule(recipe, recipe.warmup_epochs, steps, peak)
    if recipe.weight_decay is not None:
        changes["weight_decay"] = recipe.weight_decay
    if recipe.average is not None:
        momentum = 1 - 1 / max(1.0, recipe.average * steps)
        changes |= {"use_ema": True, "ema_momentum": momentum}
    return type(optimizer)(**changes)


def _cosine_schedule(
    recipe: Recipe, warmup_epochs: float, steps: int, peak: float
) -> keras.optimizers.schedules.CosineDecay:
    warmup_steps = max(1, round(warmup_epochs * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=max(1, recipe.epochs * steps - warmup_steps),
        warmup_target=peak,
        warmup_steps=warmup_steps,
    )
