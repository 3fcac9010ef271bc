"""Training batches: order, weights, augmentation and targets."""

from dataclasses import replace

import numpy as np
import pytest

from tests.workbench.conftest import COLOURS
from tests.workbench.contracts import make_contract
from train.data.image_folder import load_split
from train.data.pipeline import evaluation_batches, label_shares, training_batches
from train.data.soft_labels import write_votes
from train.data.targets import make_plain_targets
from train.models import with_prior
from train.recipe import Recipe

CONTRACT = make_contract(sorted(COLOURS), 16)
RECIPE = Recipe(batch_size=9, epochs=3)


@pytest.fixture
def split(photos, tmp_path):
    """A split of 36 pictures."""
    return load_split(photos / "train", CONTRACT, tmp_path / "cache")


def people(targets):
    """Return the part of the targets that people say, (N, classes)."""
    return np.array(targets)[:, :3]


def unbalanced(split):
    """Return a split of 12, 6 and 3 pictures of the classes."""
    chosen = np.r_[0:12, 12:18, 24:27]
    names = ("images", "targets", "votes", "unsure", "part")
    return replace(split, **{name: getattr(split, name)[chosen] for name in names})


def picture_indices(split, batches):
    """Return the index into the split of each image in the batches."""
    indices = {(image / np.float32(255)).tobytes(): i for i, image in enumerate(split.images)}
    rounded = [np.round(images * 255) / np.float32(255) for images, _, _ in batches]
    return [indices[image.astype(np.float32).tobytes()] for part in rounded for image in part]


def test_an_epoch_contains_every_picture_once_in_its_own_order(split):
    numbers = picture_indices(split, training_batches(split, CONTRACT, RECIPE))
    epochs = [numbers[:36], numbers[36:72], numbers[72:]]
    assert all(sorted(epoch) == list(range(36)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_the_order_depends_on_the_seed_and_the_epoch_only(split):
    whole = picture_indices(split, training_batches(split, CONTRACT, RECIPE))
    resumed = picture_indices(split, training_batches(split, CONTRACT, RECIPE, first_epoch=2))
    other = picture_indices(split, training_batches(split, CONTRACT, replace(RECIPE, seed=1)))
    assert resumed == whole[72:]
    assert other != whole


def test_batches_are_normalised_by_the_contract_and_have_one_hot_targets(split):
    (images, targets, weights) = next(iter(evaluation_batches(split, CONTRACT, batch_size=36)))
    assert np.allclose(images, split.images / 255, atol=1e-7)
    assert np.array_equal(targets, make_plain_targets(split))
    assert np.argmax(people(targets), axis=1).tolist() == split.targets.tolist()
    assert np.unique(weights).tolist() == [1]


def test_class_weights_give_each_class_the_same_weight(split):
    few = unbalanced(split)
    recipe = replace(RECIPE, class_weights=True, batch_size=21, epochs=1)
    ((_, targets, weights),) = training_batches(few, CONTRACT, recipe)
    assert np.allclose(np.array(weights) @ people(targets), 7)


def test_augmentation_changes_the_pictures_and_keeps_their_range(split):
    recipe = replace(RECIPE, augment=True, epochs=1)
    plain = next(iter(training_batches(split, CONTRACT, replace(RECIPE, epochs=1))))[0].numpy()
    changed = next(iter(training_batches(split, CONTRACT, recipe)))[0].numpy()
    assert changed.shape == plain.shape
    assert np.abs(changed - plain).mean() > 0.01
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_augmentation_depends_on_the_seed_and_the_epoch_only(split):
    recipe = replace(RECIPE, augment=True, batch_size=18)
    whole = [images.numpy() for images, _, _ in training_batches(split, CONTRACT, recipe)]
    resumed = training_batches(split, CONTRACT, recipe, first_epoch=2)
    for images, expected in zip([part.numpy() for part, _, _ in resumed], whole[4:], strict=True):
        assert np.array_equal(images, expected)
    other = next(iter(training_batches(split, CONTRACT, replace(recipe, seed=1))))[0].numpy()
    assert not np.array_equal(other, whole[0])


def test_balance_shows_rare_classes_more_often(split):
    few = unbalanced(split)

    def shown_shares(balance):
        recipe = replace(RECIPE, balance=balance, batch_size=21, epochs=40)
        batches = training_batches(few, CONTRACT, recipe)
        return sum(np.sum(people(targets), axis=0) for _, targets, _ in batches) / (21 * 40)

    assert np.allclose(shown_shares(0.0), [12 / 21, 6 / 21, 3 / 21])
    assert np.allclose(shown_shares(1.0), 1 / 3, atol=0.06)
    roots = np.sqrt([12, 6, 3])
    assert np.allclose(shown_shares(0.5), roots / roots.sum(), atol=0.06)


def test_soft_labels_are_the_votes_or_the_folder_if_there_are_none(photos, tmp_path):
    votes = {"train/blue/00.png": [6, 2, 0, 2], "train/red/03.png": [0, 1, 3, 0]}
    write_votes(photos, ["blue", "green", "red"], votes)
    split = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    recipe = replace(RECIPE, soft_labels=True, batch_size=36, epochs=1)
    ((images, targets, _),) = training_batches(split, CONTRACT, recipe)
    numbers = picture_indices(split, [(images, None, None)])
    expected = np.eye(3)[split.targets]
    expected[0], expected[27] = [0.75, 0.25, 0], [0, 0.25, 0.75]
    assert np.allclose(people(targets), expected[numbers])
    ((_, hard, _),) = training_batches(split, CONTRACT, replace(recipe, soft_labels=False))
    assert np.unique(people(hard)).tolist() == [0, 1]


def test_the_share_of_a_label_is_how_often_training_shows_it(split):
    few = unbalanced(split)
    assert label_shares(few, RECIPE) == pytest.approx([12 / 21, 6 / 21, 3 / 21])
    roots = np.sqrt([12, 6, 3])
    assert label_shares(few, replace(RECIPE, balance=0.5)) == pytest.approx(roots / roots.sum())
    votes = np.tile(np.float32([1, 3, 0, 2]), (21, 1))
    voted = replace(few, votes=votes)
    soft = label_shares(voted, replace(RECIPE, soft_labels=True))
    assert soft == pytest.approx([0.25, 0.75, 0])
    assert label_shares(voted, RECIPE) == pytest.approx([12 / 21, 6 / 21, 3 / 21])
    contract = with_prior(CONTRACT, soft, 0.2)
    assert contract.prior == pytest.approx([0.25, 0.75, 1e-4], abs=1e-4)
    assert contract.tau == 0.2
