"""The learning rate over a run."""

import numpy as np
import pytest

from emotion_edge.errors import UserError
from train.engine.optimizer import make_optimizer
from train.recipe import RECIPES, Recipe

STEPS = 10


def learning_rates(recipe: Recipe, steps: int = STEPS) -> np.ndarray:
    """Return the learning rate of each step of the run, and the one after it."""
    optimizer = make_optimizer(recipe, steps)
    rates = []
    for step in range(recipe.epochs * steps + 1):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    return np.array(rates)


@pytest.mark.parametrize("warmup", [1, 3])
def test_the_learning_rate_rises_to_its_peak_and_falls_to_0(warmup):
    rates = learning_rates(Recipe(learning_rate=0.5, warmup_epochs=warmup, epochs=4))
    assert rates.argmax() == warmup * STEPS
    assert rates[[0, warmup * STEPS, -1]] == pytest.approx([0, 0.5, 0], abs=1e-6)


@pytest.mark.parametrize("optimizer", ["rmsprop", "adamw"])
def test_without_a_learning_rate_the_optimizers_default_is_the_peak(optimizer):
    rates = learning_rates(Recipe(optimizer=optimizer, warmup_epochs=1, epochs=2))
    assert rates.max() == pytest.approx(1e-3)


def test_a_learning_rate_of_0_is_not_the_default():
    assert not learning_rates(Recipe(learning_rate=0.0, warmup_epochs=1, epochs=3)).any()
    assert float(make_optimizer(Recipe(learning_rate=0.0), STEPS).learning_rate) == 0


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_run_as_short_as_the_recipes_warm_up_warms_up_for_half_of_it(epochs):
    recipe = RECIPES["compact"].changed({"epochs": epochs})
    rates = learning_rates(recipe)
    assert rates.argmax() == epochs * STEPS // 2
    assert rates.max() == pytest.approx(recipe.learning_rate)
    assert rates[-1] == pytest.approx(0, abs=1e-6)


def test_a_run_of_one_step_has_a_learning_rate_too():
    rates = learning_rates(RECIPES["compact"].changed({"epochs": 1}), steps=1)
    assert rates.tolist() == pytest.approx([0, RECIPES["compact"].learning_rate])


@pytest.mark.parametrize("given", [{"epochs": 5}, {"epochs": 4}, {}])
def test_a_given_warm_up_as_long_as_the_run_is_refused(given):
    with pytest.raises(UserError, match="--warmup-epochs 64: must be fewer than the run's"):
        RECIPES["compact"].changed({"warmup_epochs": 64, **given})
    assert RECIPES["compact"].changed({"warmup_epochs": 3, "epochs": 4}).warmup_epochs == 3
