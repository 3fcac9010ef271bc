"""Averaged weights have statistics of their own, in the figures and in the files of a run."""

import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from emotion_edge.model.crop_rule import read_crop_rule
from evaluation.predictors import keras_logits
from tests.workbench.train.engine.runs import column, train
from train.data.dataset import load
from train.data.pipeline import evaluation_batches, training_batches
from train.engine.averaging import estimate_statistics
from train.models import MODELS, contract_of
from train.recipe import RECIPES


def network() -> keras.Model:
    """Return a network with dropout and two normalised layers, one of them in an inner model."""
    keras.utils.set_random_seed(0)
    inner = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(5), keras.layers.BatchNormalization(momentum=0.9)]
    )
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            inner,
        ]
    )


def test_the_statistics_are_the_means_over_the_batches_and_nothing_else_changes():
    model, rng = network(), np.random.default_rng(0)
    batches = [rng.normal(3, 2, (50, 4)).astype(np.float32) for _ in range(3)]
    dense, normalised, _, inner = model.layers
    before = [v.numpy() for v in (*model.trainable_variables, model.layers[2].seed_generator.state)]
    estimate_statistics(model, batches)
    outputs = [dense(batch).numpy() for batch in batches]
    mean = np.mean([output.mean(axis=0) for output in outputs], axis=0)
    variance = np.mean([output.var(axis=0) for output in outputs], axis=0)
    assert normalised.moving_mean.numpy() == pytest.approx(mean, rel=1e-4)
    assert normalised.moving_variance.numpy() == pytest.approx(variance, rel=1e-4)
    assert (normalised.momentum, inner.layers[1].momentum) == (0.99, 0.9)
    assert not np.allclose(inner.layers[1].moving_variance, 1)
    after = [v.numpy() for v in (*model.trainable_variables, model.layers[2].seed_generator.state)]
    for old, new in zip(before, after, strict=True):
        assert (old == new).all()


def kept_model(build: Path) -> keras.Model:
    """Return the network of the checkpoint, with the weights that the run keeps."""
    model = MODELS["compact"](3)
    (path,) = (build / "checkpoint").glob("kept-*")
    model.load_weights(path)
    return model


def statistics(model: keras.Model) -> np.ndarray:
    """Return the means and variances of all layers in one array."""
    return np.concatenate([v.numpy() for v in model.weights if "/moving_" in v.path])


@pytest.mark.long
def test_the_kept_weights_have_their_own_statistics_and_are_those_that_were_validated(
    data, tmp_path
):
    options = ("--model", "compact", "--epochs", 2, "--average", 3, "--teachers")
    result = train(data, tmp_path, *options, "--no-soft-labels", "--steps-per-epoch", 20)
    assert result.returncode == 0, result.stderr
    kept = kept_model(tmp_path)
    contract = contract_of(kept, ["blue", "green", "red"], read_crop_rule(data))
    dataset = load(data, contract, tmp_path / "cache")
    recipe = replace(RECIPES["compact"], epochs=1, batch_size=32, steps=8)
    batches = training_batches(dataset.training, contract, recipe).map(lambda images, *_: images)
    found = statistics(kept)
    estimate_statistics(kept, batches)
    assert found == pytest.approx(statistics(kept), rel=1e-3, abs=1e-4)

    (last,) = (tmp_path / "checkpoint").glob("last-*.keras")
    trained = keras.models.load_model(last, compile=False)
    assert not np.allclose(found, statistics(trained), rtol=0.1)

    batches = evaluation_batches(dataset.validation, contract, batch_size=8)
    logits = keras_logits(kept, (images for images, _, _ in batches))
    accuracy = (logits.argmax(axis=1) == dataset.validation.targets).mean()
    assert column(tmp_path, "val_accuracy")[-1] == pytest.approx(accuracy)
    kept_figures = json.loads((tmp_path / "run.json").read_text())
    assert kept_figures["kept_epoch"] == 2
