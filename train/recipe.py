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
    teachers: names of networks that are trained first, each with the next seed; then this one
    learns half from the labels and half from their predictions (train/engine/distillation.py).
    people_epochs: after learning from teachers, it learns from people's labels only for this many
    epochs, see `for_people`.
    class_weights: weight the loss by the rarity of each class. patience: stop after this many
    epochs without a better val_accuracy; None never stops early.
    tau: what a class is worth to the finished model, see `emotion_edge.model.contract.Contract`. It
    changes no weights.
    bfloat16: compute in bfloat16, with weights in float32, which is faster where the processor has
    instructions for it (Micikevicius et al. 2017, *Mixed Precision Training*, arXiv:1710.03740).
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
    teachers: tuple[str, ...] = ()
    people_epochs: int = 0
    class_weights: bool = False
    patience: int | None = None
    tau: float = 0.0
    bfloat16: bool = False

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

    def make_teachers(self) -> list[Self]:
        """Return the recipes of the teachers, which differ in their networks and seeds."""
        return [
            replace(
                self, model=model, seed=(self.seed + number) % 2**32, teachers=(), people_epochs=0
            )
            for number, model in enumerate(self.teachers, 1)
        ]

    def for_people(self) -> Self:
        """Return the recipe of the `people_epochs`.

        Its learning rate is that of `FINE_TUNING`, or a lower one of this recipe; the warm-up and,
        if this recipe has none, the average are those of `FINE_TUNING`, too.
        """
        low = FINE_TUNING.learning_rate or 0.0
        recipe = replace(
            self,
            teachers=(),
            learning_rate=min(self.learning_rate or low, low),
            warmup_epochs=FINE_TUNING.warmup_epochs,
            average=self.average or FINE_TUNING.average,
        )
        return recipe.changed({"epochs": self.people_epochs})

    def settings(self) -> dict[str, Any]:
        """Return what the weights after the `epochs` depend on."""
        others = {"tau", "people_epochs"}
        return {name: value for name, value in vars(self).items() if name not in others}

    def changeable(self) -> set[str]:
        """Return the names of the settings that may change when a run is resumed."""
        return {"patience", "teachers"} | ({"epochs"} if self.warmup_epochs is None else set())


RECIPES = {
    "simple_cnn": Recipe(),
    "compact": Recipe(
        model="compact",
        epochs=20,
        batch_size=64,
        optimizer="adamw",
        learning_rate=2e-3,
        warmup_epochs=2,
        weight_decay=0.02,
        average=1.25,
        augment=True,
        balance=0.4,
    ),
}
RECIPES |= {model: replace(RECIPES["compact"], model=model) for model in ("deep", "wide")}
"""The recipe of each model for a data set with one label for each image."""
RECIPES_FOR_VOTES = {
    "compact": replace(
        RECIPES["compact"],
        epochs=50,
        soft_labels=True,
        teachers=("compact", "deep", "wide"),
        people_epochs=3,
    ),
}
"""Longer recipes for a data set with the votes of several people."""

FINE_TUNING = replace(
    RECIPES["compact"], epochs=10, batch_size=32, learning_rate=3e-4, warmup_epochs=1
)
"""A short recipe for a network that starts from trained weights.

A third of the learning rate forgets less but learns less, too: on 280 drawn faces 85 % instead of
98 % right. Three times as high, the shipped network forgets rare expressions of real faces.
"""


def default_recipe(model: str, *, votes: bool) -> Recipe:
    """Return the recipe of a model for a data set with or without `votes`."""
    return RECIPES_FOR_VOTES.get(model, RECIPES[model]) if votes else RECIPES[model]


def fine_tuning_recipe(model: str, *, votes: bool, tau: float) -> Recipe:
    """Return the recipe of a model that starts from trained weights; it keeps their `tau`."""
    return replace(FINE_TUNING, model=model, soft_labels=votes, tau=tau)
