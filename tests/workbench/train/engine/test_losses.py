"""The loss compares people's labels with scores times the odds of their part."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from train.engine.losses import accuracy, cross_entropy

SCORES = np.float32([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
PEOPLE, TEACHERS = np.float32([[1, 0, 0], [0, 0.5, 0.5]]), np.float32([[0, 0, 0], [0.2, 0.3, 0.5]])
EVEN = np.ones((2, 3), np.float32)


def loss(odds: np.ndarray = EVEN, teachers: np.ndarray = 0 * EVEN) -> np.ndarray:
    """Return the loss of each of SCORES, as numpy."""
    targets = np.concatenate([PEOPLE, odds, teachers], axis=1, dtype=np.float32)
    return keras.ops.convert_to_numpy(cross_entropy(targets, SCORES))


def test_with_even_odds_it_is_the_cross_entropy_with_people_and_teachers():
    expected = -(PEOPLE * np.log(SCORES)).sum(axis=1)
    assert loss() == pytest.approx(expected, rel=1e-5)
    more = -(TEACHERS * np.log(SCORES)).sum(axis=1)
    assert loss(teachers=TEACHERS) == pytest.approx(expected + more, rel=1e-5)


def test_odds_change_what_people_are_compared_with_and_not_the_teachers():
    odds = np.float32([[0.5, 1, 0], [1, 1, 0.1]])
    adjusted = SCORES * odds / (SCORES * odds).sum(axis=1, keepdims=True)
    expected = -(PEOPLE * np.log(np.maximum(adjusted, 1e-7))).sum(axis=1)
    assert loss(odds=odds) == pytest.approx(expected, rel=1e-5)
    more = -(TEACHERS * np.log(SCORES)).sum(axis=1)
    assert loss(odds=odds, teachers=TEACHERS) == pytest.approx(expected + more, rel=1e-5)


def test_a_part_that_lacks_a_class_says_nothing_about_it():
    odds = np.float32([[1, 1, 0], [1, 1, 1]])
    scores = keras.Variable(SCORES)
    targets = np.concatenate([PEOPLE, odds, 0 * PEOPLE], axis=1)
    with tf.GradientTape() as tape:
        total = keras.ops.sum(cross_entropy(keras.ops.convert_to_tensor(targets), scores.value))
    gradient = tape.gradient(total, scores.value).numpy()
    assert gradient[0, 2] == 0 != gradient[0, 1]


def test_an_answer_is_right_where_people_and_teachers_together_have_their_maximum():
    targets = np.concatenate([PEOPLE, np.ones((2, 3)), TEACHERS], axis=1, dtype=np.float32)
    assert keras.ops.convert_to_numpy(accuracy(targets, SCORES)).tolist() == [1, 1]
    assert keras.ops.convert_to_numpy(accuracy(targets, SCORES[::-1])).tolist() == [0, 0]


def test_the_gradient_of_labels_that_add_up_to_less_than_1_is_that_of_the_loss():
    """Keras's own cross-entropy has another one, computed from the logits of a softmax."""
    targets = tf.constant(np.concatenate([PEOPLE / 2, EVEN, TEACHERS], axis=1))
    logits = tf.Variable(np.log(SCORES))

    @tf.function
    def total():
        return tf.reduce_sum(cross_entropy(targets, keras.activations.softmax(logits)))

    with tf.GradientTape() as tape:
        value = total()
    gradient, step = tape.gradient(value, logits).numpy(), 1e-2
    for place in np.ndindex(2, 3):
        values = []
        for sign in (1, -2, 1):  # up, down, and back
            change = np.zeros((2, 3), np.float32)
            change[place] = sign * step
            logits.assign_add(change)
            values.append(float(total()))
        assert gradient[place] == pytest.approx((values[0] - values[1]) / (2 * step), abs=2e-3)
