"""Batches for Keras: from the memory-mapped cache to float32, in the order that the seed says."""

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import Sequential, layers

from edge.contract import Contract, input_table
from train.data import Split
from train.recipe import Recipe


def training_batches(
    split: Split, contract: Contract, recipe: Recipe, *, first_epoch: int = 0
) -> tf.data.Dataset:
    """Return the shuffled batches of all epochs from `first_epoch` on, one epoch after the other.

    Each is (images, one-hot, sample weights); images are float32 (batch, height, width, 3),
    normalised by the contract. Batches are always full: an epoch's last one is filled up with its
    first pictures. The order depends on seed and epoch number alone, so that a resumed run sees
    what it would have.
    """
    indices = tf.range(len(split.targets))
    steps = steps_per_epoch(split, recipe)

    def epoch_order(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(indices, seed=[recipe.seed, epoch])
        batches = tf.data.Dataset.from_tensor_slices(order).repeat().batch(recipe.batch_size)
        return batches.take(steps)

    order = tf.data.Dataset.range(first_epoch, recipe.epochs).flat_map(epoch_order)
    weights = _class_weights(split, contract) if recipe.class_weights else None
    augmentation = _augmentation(recipe.seed) if recipe.augment else None
    batches = _load(order, split, contract, weights, augmentation)
    return _sharded(batches, tf.data.experimental.AutoShardPolicy.DATA)


def evaluation_batches(
    split: Split, contract: Contract, *, batch_size: int, full: bool = False
) -> tf.data.Dataset:
    """Return the whole split once, in its own order: (images, one-hot, weights of 1).

    full: fill the last batch with pictures of weight 0, so that each of several replicas gets its
    share. (Keras counts them in val_loss, which is then lower by their share of the pictures.)
    """
    images = len(split.targets)
    padding = -images % batch_size if full else 0
    order = tf.data.Dataset.range(images + padding).batch(batch_size)
    # Each worker goes through all of it; the metrics, sums over workers, come out the same.
    batches = _load(order, split, contract)
    return _sharded(batches, tf.data.experimental.AutoShardPolicy.OFF)


def steps_per_epoch(split: Split, recipe: Recipe) -> int:
    """Return the recipe's steps, or as many as show every picture once."""
    return recipe.steps or -(-len(split.targets) // recipe.batch_size)


def _class_weights(split: Split, contract: Contract) -> npt.NDArray[np.float32]:
    """Return weights (classes,) that give each class the same say: N / (classes * N of class)."""
    classes = len(contract.labels)
    counts = np.maximum(np.bincount(split.targets, minlength=classes), 1)
    return (len(split.targets) / (classes * counts)).astype(np.float32)


def _load(
    order: tf.data.Dataset,
    split: Split,
    contract: Contract,
    class_weights: npt.NDArray[np.float32] | None = None,
    augmentation: Sequential | None = None,
) -> tf.data.Dataset:
    table = input_table(contract, dtype=np.float32)
    one_hot = np.eye(len(contract.labels), dtype=np.float32)
    if class_weights is None:
        class_weights = np.ones(len(contract.labels), np.float32)
    shape = split.images.shape[1:]

    def look_up(indices):
        count = len(split.targets)
        targets = split.targets[indices % count]
        weights = class_weights[targets] * (indices < count).astype(np.float32)
        return table[split.images[indices % count]], one_hot[targets], weights

    def load(indices):
        images, targets, weights = tf.numpy_function(
            look_up, [indices], (tf.float32, tf.float32, tf.float32)
        )
        images.set_shape((None, *shape))
        targets.set_shape((None, len(contract.labels)))
        weights.set_shape((None,))
        return (augmentation(images, training=True) if augmentation else images), targets, weights

    return order.map(load, num_parallel_calls=2, deterministic=True).prefetch(2)


def _sharded(
    batches: tf.data.Dataset, policy: tf.data.experimental.AutoShardPolicy
) -> tf.data.Dataset:
    """Say how several workers, each of which has all files, share the batches."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = policy
    return batches.with_options(options)


def _augmentation(seed: int) -> Sequential:
    """Return mild changes that keep an expression what it is; edges are filled by reflection."""
    return Sequential(
        [
            layers.RandomFlip("horizontal", seed=seed),
            layers.RandomRotation(0.04, fill_mode="reflect", seed=seed),
            layers.RandomTranslation(0.08, 0.08, fill_mode="reflect", seed=seed),
            layers.RandomZoom(0.1, fill_mode="reflect", seed=seed),
            layers.RandomBrightness(0.2, value_range=(0, 1), seed=seed),
            layers.RandomContrast(0.2, value_range=(0, 1), seed=seed),
        ]
    )
