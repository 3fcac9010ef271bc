"""The loss and the accuracy of a training run, by the targets of `train.data.targets`."""

import keras
from keras import ops

_LEAST = 1e-7  # so that no logarithm is infinite


def cross_entropy(targets: keras.KerasTensor, scores: keras.KerasTensor) -> keras.KerasTensor:
    """Return the cross-entropy (N,) of scores (N, classes) with targets (N, 3 * classes).

    People's labels come from parts of a data set that have their own shares of the classes. So that
    the network does not learn how frequent a class is in pictures of one look, its scores are
    multiplied by the odds of the part before they are compared with such a label (Menon et al.
    2020, arXiv:2007.07314, section 4.2, with a prior for each part). A part that lacks a class says
    nothing about it. What teachers say is compared with the scores themselves.
    """
    people, odds, teachers = ops.split(targets, 3, axis=-1)
    return _cross_entropy(people, scores * odds) + _cross_entropy(teachers, scores)


def _cross_entropy(labels: keras.KerasTensor, scores: keras.KerasTensor) -> keras.KerasTensor:
    """Return the cross-entropy with labels that may add up to less than 1.

    That of Keras, computed from the logits, has a wrong gradient for these.
    """
    shares = scores / ops.sum(scores, axis=-1, keepdims=True)
    return -ops.sum(labels * ops.log(ops.maximum(shares, _LEAST)), axis=-1)


def accuracy(targets: keras.KerasTensor, scores: keras.KerasTensor) -> keras.KerasTensor:
    """Return whether each of the scores (N, classes) has its maximum where the target has it."""
    people, _, teachers = ops.split(targets, 3, axis=-1)
    return keras.metrics.categorical_accuracy(people + teachers, scores)


for _function in (cross_entropy, accuracy):  # so that a saved model can be loaded with them
    keras.saving.register_keras_serializable("emotion_edge")(_function)
