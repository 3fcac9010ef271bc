"""Training hyperparameters: the `Recipe` and the defaults for each model and kind of data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from emotion_edge.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Training hyperparameters; the defaults are those of the original network.

    batch_size: images in a step, over all devices together. steps: batches in an epoch; None shows
    every image once. learning_rate: None is the optimizer's default.
    warmup_epochs: the learning rate rises from 0 for this many epochs, then falls along a cosine
    until the last one (Loshchilov and Hutter 2016, arXiv:1608.03983); None keeps it constant.
    weight_decay: None is the optimizer's default.
    average: epochs over which an exponential moving average of the weights is taken. The average
    after the last epoch is kept, so the validation split selects nothing. None keeps the weights of
    the best epoch.
    soft_labels: use each label's share of the votes as targets, if the data set has votes.
    balance: oversampling of rare classes, from 0 (none) to 1 (all classes equally often): an image
    is drawn with probability proportional to (images / images of its class) to this power.
    generations: number of networks trained in turn, each but the first on its predecessor's
    predictions and the votes (train/engine/distillation.py); the last one is kept.
    class_weights: weight the loss by the rarity of each class. patience: stop after this many
    epochs without a better val_accuracy; None never stops early.
    """

    model: str = "simple_cnn"
    epochs: int = 20
    batch_size: int = 16
    steps: int | None = None
    optimizer: str = "rmsprop"
    learning_rate: float | None = None
    warmup_epochs: float | None = None
    weight_decay: float | None = None
    average: float | None = None
    soft_labels: bool = False
    seed: int = 0
    augment: bool = False
    balance: float = 0.0
    generations: int = 1
    class_weights: bool = False
    patience: int | None = None

    def changed(self, given: Mapping[str, Any]) -> Self:
        """Return the recipe with the given hyperparameters.

        If the run becomes too short for the recipe's own warm-up, half of the run warms up. Raises
        UserError for a given warm-up that is not shorter than the run, since the learning rate
        would never fall.
        """
        recipe = replace(self, **given)
        if recipe.warmup_epochs is None or recipe.warmup_epochs < recipe.epochs:
            return recipe
        if "warmup_epochs" in given:
            raise UserError(
                f"--warmup-epochs {recipe.warmup_epochs}: must be fewer than the run's "
                f"{recipe.epochs} epochs (--epochs), in which the learning rate falls again"
            )
        return replace(recipe, warmup_epochs=recipe.epochs / 2)

    def changeable(self) -> set[str]:
        """Return the names of the settings that may change when a run is resumed."""
        return {"patience", "generations"} | ({"epochs"} if self.warmup_epochs is None else set())


RECIPES = {
    "simple_cnn": Recipe(),
    "compact": Recipe(
        model="compact",
        epochs=20,
        batch_size=32,
        optimizer="adamw",
        learning_rate=2e-3,
        warmup_epochs=2,
        weight_decay=0.02,
        average=1.25,
        augment=True,
        balance=0.4,
    ),
}
"""The recipe of each model for a data set with one label for each image."""
RECIPES_FOR_VOTES = {
    "compact": replace(RECIPES["compact"], epochs=64, soft_labels=True, generations=2),
}
"""Longer recipes for a data set with the votes of several people."""


def default_recipe(model: str, *, votes: bool) -> Recipe:
    """Return the recipe of a model for a data set with or without `votes`."""
    return RECIPES_FOR_VOTES.get(model, RECIPES[model]) if votes else RECIPES[model]
