"""What augmentation does to pictures of which the outcome is known."""

import numpy as np
import pytest
import tensorflow as tf

from train.data.augmentation import augment

COUNT, SIDE = 200, 48


def augmented(image: np.ndarray) -> np.ndarray:
    """Return augmented copies of a grey image, (N, side, side)."""
    copies = tf.repeat(tf.constant(image, tf.float32)[tf.newaxis, ..., tf.newaxis], COUNT, axis=0)
    return augment(copies, tf.constant([3, 4]))[..., 0].numpy()


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_an_even_image_stays_in_range(level):
    images = augmented(np.full((SIDE, SIDE), level))
    assert np.isfinite(images).all()
    assert 0.0 <= images.min() <= images.max() <= 1.0


def test_some_faces_are_lit_from_the_left_and_some_from_the_right():
    images = augmented(np.full((SIDE, SIDE), 0.5))
    left, right = (
        images[:, 16:32, part].mean(axis=(1, 2)) for part in (slice(12), slice(-12, None))
    )
    assert (left - right > 0.25).any()
    assert (right - left > 0.25).any()
