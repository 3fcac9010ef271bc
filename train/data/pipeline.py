"""Batches for Keras: from the memory-mapped cache to float32, in the order that the seed says."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from emotion_edge.model.contract import Contract
from emotion_edge.model.quantization import input_table
from train.data.augmentation import augment
from train.data.image_folder import Split
from train.recipe import Recipe


def training_batches(
    split: Split, contract: Contract, recipe: Recipe, *, first_epoch: int = 0
) -> tf.data.Dataset:
    """Return the shuffled batches of all epochs from `first_epoch` on, one epoch after the other.

    Each is (images, targets, sample weights); images are float32 (batch, height, width, channels),
    normalised by the contract, targets (batch, classes) add up to 1. Batches are always full: an
    epoch's last one is filled up with its first pictures. Order and augmentation depend on seed and
    epoch number alone, so that a resumed run sees what it would have.
    """
    count, steps = len(split.targets), steps_per_epoch(split, recipe)
    chances = tf.math.log(tf.constant([_chances(split, recipe.balance)], tf.float32))

    def epoch_order(epoch: tf.Tensor) -> tf.data.Dataset:
        seed = tf.stack([tf.constant(recipe.seed, tf.int64), epoch])
        if recipe.balance:
            order = tf.random.stateless_categorical(chances, count, seed)[0]
        else:
            order = tf.random.experimental.stateless_shuffle(tf.range(count), seed=seed)
        order = tf.cast(order, tf.int64)
        batches = tf.data.Dataset.from_tensor_slices(order).repeat().batch(recipe.batch_size)
        seeds = tf.data.Dataset.range(epoch * steps, (epoch + 1) * steps)
        return tf.data.Dataset.zip(batches.take(steps), seeds)

    numbered = tf.data.Dataset.range(first_epoch, recipe.epochs).flat_map(epoch_order)
    look_up = _look_up(
        split,
        contract,
        weights=_class_weights(split, contract) if recipe.class_weights else None,
        soft=recipe.soft_labels,
    )

    def load(order: tf.Tensor, number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        images, targets, weights = look_up(order)
        if recipe.augment:
            images = augment(images, tf.stack([tf.constant(recipe.seed, tf.int64), number]))
        return images, targets, weights

    batches = numbered.map(load, num_parallel_calls=2, deterministic=True).prefetch(2)
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
    batches = order.map(_look_up(split, contract), num_parallel_calls=2).prefetch(2)
    # Each worker goes through all of it; the metrics, sums over workers, come out the same.
    return _sharded(batches, tf.data.experimental.AutoShardPolicy.OFF)


def steps_per_epoch(split: Split, recipe: Recipe) -> int:
    """Return the recipe's steps, or as many as show every picture once."""
    return recipe.steps or -(-len(split.targets) // recipe.batch_size)


def _class_weights(split: Split, contract: Contract) -> npt.NDArray[np.float32]:
    """Return weights (classes,) that give each class the same say: N / (classes * N of class)."""
    classes = len(contract.labels)
    counts = np.maximum(np.bincount(split.targets, minlength=classes), 1)
    return (len(split.targets) / (classes * counts)).astype(np.float32)


def _chances(split: Split, balance: float) -> npt.NDArray[np.float64]:
    """Return how likely each picture is to be drawn, (N,), see `Recipe.balance`."""
    counts = np.bincount(split.targets)
    chances = (len(split.targets) / counts[split.targets]) ** balance
    return np.asarray(chances / chances.sum())


def _look_up(
    split: Split,
    contract: Contract,
    *,
    weights: npt.NDArray[np.float32] | None = None,
    soft: bool = False,
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]:
    """Return a function from numbers of pictures to a batch of them.

    weights: of each class. soft: targets are the votes' shares. Numbers beyond the last picture
    stand for pictures of weight 0.
    """
    table = input_table(contract, dtype=np.float32)
    one_hot = np.eye(len(contract.labels), dtype=np.float32)
    class_weights = np.ones(len(one_hot), np.float32) if weights is None else weights
    count, shares = len(split.targets), split.shares if soft else None

    def read(indices):
        numbers = indices % count
        targets = split.targets[numbers]
        says = class_weights[targets] * (indices < count).astype(np.float32)
        wanted = one_hot[targets] if shares is None else shares[numbers]
        return table[split.images[numbers]], wanted, says

    def look_up(indices):
        images, targets, weights = tf.numpy_function(
            read, [indices], (tf.float32, tf.float32, tf.float32)
        )
        images.set_shape((None, *split.images.shape[1:]))
        targets.set_shape((None, len(contract.labels)))
        weights.set_shape((None,))
        return images, targets, weights

    return look_up


def _sharded(
    batches: tf.data.Dataset, policy: tf.data.experimental.AutoShardPolicy
) -> tf.data.Dataset:
    """Say how several workers, each of which has all files, share the batches."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = policy
    return batches.with_options(options)
