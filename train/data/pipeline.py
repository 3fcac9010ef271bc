"""tf.data pipelines that feed Keras: from the memory-mapped images to float32 batches."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from emotion_edge.model.contract import Contract
from emotion_edge.model.quantization import input_table
from train.data.augmentation import augment
from train.data.split import Split
from train.data.targets import Targets, make_plain_targets, make_targets, one_hot
from train.recipe import Recipe

Batch = tuple[tf.Tensor, tf.Tensor, tf.Tensor]
"""Images, targets and sample weights."""


def training_batches(
    split: Split, contract: Contract, recipe: Recipe, *, first_epoch: int = 0
) -> tf.data.Dataset:
    """Return the shuffled batches of all epochs from `first_epoch` on.

    Each batch is (images, targets, sample weights): images are float32 (batch, height, width,
    channels), normalised as the contract says; targets are those of `make_targets`. All batches are
    full: the last one of an epoch is filled with the epoch's first images. Order and augmentation
    depend only on the seed and the epoch, so that a resumed run sees the same batches as an
    uninterrupted one.
    """
    numbered = tf.data.Dataset.range(first_epoch, recipe.epochs).flat_map(
        _epoch_order(split, recipe)
    )
    read_batch = _batch_reader(
        split,
        contract,
        make_targets(split, soft_labels=recipe.soft_labels),
        _class_weights(split, contract) if recipe.class_weights else None,
    )

    def load(indices: tf.Tensor, number: tf.Tensor) -> Batch:
        images, targets, sample_weight = read_batch(indices)
        if recipe.augment:
            images = augment(images, tf.stack([tf.constant(recipe.seed, tf.int64), number]))
        return images, targets, sample_weight

    batches = numbered.map(load, num_parallel_calls=2, deterministic=True).prefetch(2)
    return _with_sharding(batches, tf.data.experimental.AutoShardPolicy.DATA)


def _epoch_order(split: Split, recipe: Recipe) -> Callable[[tf.Tensor], tf.data.Dataset]:
    """Return a function from an epoch to its batches: (image indices, number of the batch)."""
    count, steps = len(split.targets), steps_per_epoch(split, recipe)
    probabilities = _sampling_probabilities(split, recipe.balance)
    log_probabilities = tf.math.log(tf.constant([probabilities], tf.float32))

    def epoch_order(epoch: tf.Tensor) -> tf.data.Dataset:
        seed = tf.stack([tf.constant(recipe.seed, tf.int64), epoch])
        if recipe.balance:
            order = tf.random.stateless_categorical(log_probabilities, count, seed)[0]
        else:
            order = tf.random.experimental.stateless_shuffle(tf.range(count), seed=seed)
        order = tf.cast(order, tf.int64)
        batches = tf.data.Dataset.from_tensor_slices(order).repeat().batch(recipe.batch_size)
        numbers = tf.data.Dataset.range(epoch * steps, (epoch + 1) * steps)
        return tf.data.Dataset.zip(batches.take(steps), numbers)

    return epoch_order


def evaluation_batches(
    split: Split, contract: Contract, *, batch_size: int, full: bool = False
) -> tf.data.Dataset:
    """Return the whole split once, in order: (images, plain targets, sample weights of 1).

    full: fill the last batch with images of weight 0, so that each of several replicas gets a
    share. (Keras counts them in val_loss, which makes it lower by their share of the images.)
    """
    count = len(split.targets)
    padding = -count % batch_size if full else 0
    order = tf.data.Dataset.range(count + padding).batch(batch_size)
    read_batch = _batch_reader(split, contract, make_plain_targets(split))
    batches = order.map(read_batch, num_parallel_calls=2).prefetch(2)
    # Every worker evaluates all images. The metrics are sums over workers, so they stay the same.
    return _with_sharding(batches, tf.data.experimental.AutoShardPolicy.OFF)


def steps_per_epoch(split: Split, recipe: Recipe) -> int:
    """Return the recipe's steps, or the number of batches that shows every image once."""
    return recipe.steps or -(-len(split.targets) // recipe.batch_size)


def _class_weights(split: Split, contract: Contract) -> npt.NDArray[np.float32]:
    """Return inverse-frequency weights (classes,): N / (classes * N of the class)."""
    classes = len(contract.labels)
    counts = np.maximum(np.bincount(split.targets, minlength=classes), 1)
    return (len(split.targets) / (classes * counts)).astype(np.float32)


def _sampling_probabilities(split: Split, balance: float) -> npt.NDArray[np.float64]:
    """Return the probability of drawing each image, (N,); see `Recipe.balance`."""
    counts = np.bincount(split.targets)
    weights = (len(split.targets) / counts[split.targets]) ** balance
    return np.asarray(weights / weights.sum())


def label_shares(split: Split, recipe: Recipe) -> npt.NDArray[np.float64]:
    """Return the share of each label among those that training shows, (classes,).

    It depends on the recipe's `balance`. What teachers say does not count.
    """
    labels = split.soft_labels if recipe.soft_labels else one_hot(split)
    return np.asarray(_sampling_probabilities(split, recipe.balance) @ labels)


def _batch_reader(
    split: Split,
    contract: Contract,
    targets: Targets,
    class_weights: npt.NDArray[np.float32] | None = None,
) -> Callable[[tf.Tensor], Batch]:
    """Return a function from image indices to a batch.

    targets: of all images, see `train.data.targets`. class_weights: (classes,), 1 by default. An
    index past the last image selects padding: an image of weight 0.
    """
    table, count = input_table(contract, dtype=np.float32), len(split.targets)
    weights = np.ones(len(contract.labels), np.float32) if class_weights is None else class_weights

    def read(indices):
        wrapped = indices % count
        labels = split.targets[wrapped]
        sample_weight = weights[labels] * (indices < count).astype(np.float32)
        return table[split.images[wrapped]], targets[wrapped], sample_weight

    def read_batch(indices):
        batch = tf.numpy_function(read, [indices], (tf.float32, tf.float32, tf.float32))
        shapes = ((None, *split.images.shape[1:]), (None, targets.shape[1]), (None,))
        for tensor, shape in zip(batch, shapes, strict=True):
            tensor.set_shape(shape)
        return tuple(batch)

    return read_batch


def _with_sharding(
    batches: tf.data.Dataset, policy: tf.data.experimental.AutoShardPolicy
) -> tf.data.Dataset:
    """Set how several workers, each of which has all files, share the batches."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = policy
    return batches.with_options(options)
