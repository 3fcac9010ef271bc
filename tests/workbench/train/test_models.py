"""The networks' parameters and contracts, and the training batches."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.model.contract import Contract
from tests.workbench.conftest import COLOURS, run
from train.data.image_folder import load_split
from train.data.pipeline import evaluation_batches, training_batches
from train.data.soft_labels import write_votes
from train.models import MODELS, contract_of
from train.recipe import RECIPES, Recipe

CONTRACT = Contract(labels=tuple(sorted(COLOURS)), width=16, height=16, activation="softmax")
RECIPE = Recipe(batch_size=9, epochs=3)


@pytest.fixture
def split(photos, tmp_path):
    """36 pictures."""
    return load_split(photos / "train", CONTRACT, tmp_path / "cache")


def test_simple_cnn_is_the_original_to_the_parameter():
    model = MODELS["simple_cnn"](7)
    counts = [layer.count_params() for layer in model.layers if layer.count_params()]
    assert counts == [896, 9_248, 18_496, 2_367_616, 8_256, 455]
    assert model.count_params() == 2_404_967
    assert sum(np.prod(w.shape) for w in model.trainable_weights) == 2_404_967
    sides = [layer.output.shape[1] for layer in model.layers if len(layer.output.shape) == 4]
    assert sides == [148, 74, 72, 36, 34, 17]


def test_the_summary_on_the_command_line_counts_the_parameters():
    result = run("train", "--model", "simple_cnn", "--summary")
    assert result.returncode == 0
    for number in ("2,404,967", "896", "9,248", "18,496", "2,367,616", "8,256", "455"):
        assert number in result.stdout


def test_compact_is_within_its_budget():
    model = MODELS["compact"](7)
    assert model.count_params() <= 500_000
    convolutions = [layer for layer in model.layers if hasattr(layer, "kernel")]
    multiply_adds = sum(
        np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:-1]) for layer in convolutions
    )
    assert multiply_adds == 20_791_968  # at most a quarter of simple_cnn's 90,384,320
    assert {type(layer).__name__ for layer in model.layers} <= {
        *("InputLayer", "Conv2D", "BatchNormalization", "Activation", "ReLU", "Add"),
        *("MaxPooling2D", "GlobalAveragePooling2D", "Dropout", "Dense"),
    }  # XNNPACK has int8 kernels for these, or they are fused


@pytest.mark.parametrize("name", MODELS)
def test_each_model_has_a_recipe_of_its_own(name):
    assert RECIPES[name].model == name


@pytest.mark.parametrize("name", MODELS)
def test_the_contract_of_a_model_is_read_off_it(name):
    model = MODELS[name](3)
    contract = contract_of(model, ["a", "b", "c"])
    assert (contract.height, contract.width) == model.input_shape[1:3]
    assert contract.activation == model.layers[-1].activation.__name__
    assert contract.scale == 1 / 255
    assert contract.input_shape == model.input_shape[1:]


def _numbers(split, batches):
    """Return the index of the image in each row of the batches."""
    levels = {(image / np.float32(255)).tobytes(): i for i, image in enumerate(split.images)}
    rounded = [np.round(images * 255) / np.float32(255) for images, _, _ in batches]
    return [levels[image.astype(np.float32).tobytes()] for part in rounded for image in part]


def test_an_epoch_shows_every_picture_once_in_its_own_order(split):
    numbers = _numbers(split, training_batches(split, CONTRACT, RECIPE))
    epochs = [numbers[:36], numbers[36:72], numbers[72:]]
    assert all(sorted(epoch) == list(range(36)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_the_order_depends_on_the_seed_and_the_epoch_alone(split):
    whole = _numbers(split, training_batches(split, CONTRACT, RECIPE))
    resumed = _numbers(split, training_batches(split, CONTRACT, RECIPE, first_epoch=2))
    other = _numbers(split, training_batches(split, CONTRACT, replace(RECIPE, seed=1)))
    assert resumed == whole[72:]
    assert other != whole


def test_batches_are_normalised_by_the_contract_and_carry_one_hot_targets(split):
    (images, targets, weights) = next(iter(evaluation_batches(split, CONTRACT, batch_size=36)))
    assert np.allclose(images, split.images / 255, atol=1e-7)
    assert np.argmax(targets, axis=1).tolist() == split.targets.tolist()
    assert np.sum(targets, axis=1).tolist() == [1] * 36
    assert np.unique(weights).tolist() == [1]


def test_class_weights_give_each_class_the_same_weight(split):
    chosen = np.r_[0:12, 12:18, 24:27]  # 12, 6 and 3 of the classes
    few = replace(split, images=split.images[chosen], targets=split.targets[chosen])
    recipe = replace(RECIPE, class_weights=True, batch_size=21, epochs=1)
    ((_, targets, weights),) = training_batches(few, CONTRACT, recipe)
    assert np.allclose(np.array(weights) @ np.array(targets), 7)


def test_augmentation_changes_the_pictures_and_keeps_their_range(split):
    recipe = replace(RECIPE, augment=True, epochs=1)
    plain = next(iter(training_batches(split, CONTRACT, replace(RECIPE, epochs=1))))[0].numpy()
    changed = next(iter(training_batches(split, CONTRACT, recipe)))[0].numpy()
    assert changed.shape == plain.shape
    assert np.abs(changed - plain).mean() > 0.01
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_augmentation_depends_on_the_seed_and_the_epoch_alone(split):
    recipe = replace(RECIPE, augment=True, batch_size=18)
    whole = [images.numpy() for images, _, _ in training_batches(split, CONTRACT, recipe)]
    resumed = training_batches(split, CONTRACT, recipe, first_epoch=2)
    for images, expected in zip([part.numpy() for part, _, _ in resumed], whole[4:], strict=True):
        assert np.array_equal(images, expected)
    other = next(iter(training_batches(split, CONTRACT, replace(recipe, seed=1))))[0].numpy()
    assert not np.array_equal(other, whole[0])


def test_balance_shows_rare_classes_more_often(split):
    chosen = np.r_[0:12, 12:18, 24:27]  # 12, 6 and 3 of the classes
    votes, targets = split.votes[chosen], split.targets[chosen]
    few = replace(split, images=split.images[chosen], votes=votes, targets=targets)

    def shown(balance):
        recipe = replace(RECIPE, balance=balance, batch_size=21, epochs=40)
        batches = training_batches(few, CONTRACT, recipe)
        return sum(np.sum(targets, axis=0) for _, targets, _ in batches) / (21 * 40)

    assert np.allclose(shown(0.0), [12 / 21, 6 / 21, 3 / 21])
    assert np.allclose(shown(1.0), 1 / 3, atol=0.06)
    roots = np.sqrt([12, 6, 3])
    assert np.allclose(shown(0.5), roots / roots.sum(), atol=0.06)


def test_soft_labels_are_the_votes_where_there_are_any_and_the_folder_elsewhere(photos, tmp_path):
    votes = {"train/blue/00.png": [6, 2, 0, 2], "train/red/03.png": [0, 1, 3, 0]}
    write_votes(photos, ["blue", "green", "red"], votes)
    split = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    recipe = replace(RECIPE, soft_labels=True, batch_size=36, epochs=1)
    ((images, targets, _),) = training_batches(split, CONTRACT, recipe)
    numbers = _numbers(split, [(images, None, None)])
    wanted = np.eye(3)[split.targets]
    wanted[0], wanted[27] = [0.75, 0.25, 0], [0, 0.25, 0.75]
    assert np.allclose(targets, wanted[numbers])
    ((_, hard, _),) = training_batches(split, CONTRACT, replace(recipe, soft_labels=False))
    assert np.unique(hard).tolist() == [0, 1]
