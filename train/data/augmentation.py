"""Changes that leave an expression what it is: pictures as a camera on a Pi may take them.

Every number is drawn from a seed of the batch alone, so that a resumed run sees what an unbroken
one would have. The strengths are what a face finder's crops differ by: eyes and side are some per
cent off, light and sensor vary, and a face may be far away.
"""

import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

# Largest turn in degrees; largest change of size, of proportions, and shift, all over the side.
_TURN, _ZOOM, _SQUASH, _SHIFT, _SHEAR = 12.0, 0.12, 0.08, 0.05, 0.05
# Largest change of gamma and contrast (natural logarithms), of brightness and noise (of 0..1), and
# of light from one side: what the far edge loses of its light.
_GAMMA, _CONTRAST, _BRIGHTNESS, _NOISE, _SIDE = 0.7, 0.2, 0.1, 0.05, 0.8
_LIT, _BLURRED, _COVERED, _COMPRESSED = 0.5, 0.125, 0.25, 0.125  # shares of the pictures
_COVER = (0.12, 0.38)  # sides of what covers a part of a face, over the picture's
_SMALLEST = 0.4  # what a picture is scaled down to, and up again, over its side
_JPEG = (25, 90)  # qualities


def augment(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return changed copies of float32 (N, side, side, channels), 0..1.

    seed: int32 (2,), another one for each batch.
    """
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 6))
    images = _move(images, seeds[0])
    images = _some(images, _LIT, seeds[1], _light)
    images = _some(images, _BLURRED, seeds[2], _blur)
    images = _some(images, _LIT, seeds[3], _noise)
    images = _some(images, _COVERED, seeds[4], _cover)
    return _some(images, _COMPRESSED, seeds[5], _compress)


def _some(
    images: tf.Tensor,
    share: float,
    seed: tf.Tensor,
    change: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    """Change a random share of the pictures."""
    one, other = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    chosen = tf.where(_uniform(one, tf.shape(images)[:1], 0.0, 1.0) < share)
    changed = tf.clip_by_value(change(tf.gather_nd(images, chosen), other), 0.0, 1.0)
    return tf.tensor_scatter_nd_update(images, chosen, changed)


def _uniform(seed: tf.Tensor, shape: Any, low: float, high: float) -> tf.Tensor:
    return tf.random.stateless_uniform(shape, seed, low, high)


def _each(
    images: tf.Tensor, seed: tf.Tensor, low: float, high: float, count: int
) -> list[tf.Tensor]:
    """Return `count` random numbers for each picture, of shape (N, 1, 1, 1)."""
    numbers = _uniform(seed, (count, tf.shape(images)[0], 1, 1, 1), low, high)
    return tf.unstack(numbers)


def _move(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mirror, turn, scale, squash, shear and shift; what comes into view repeats the border."""
    numbers = tf.unstack(_uniform(seed, (7, tf.shape(images)[0]), -1.0, 1.0))
    mirror, turn, zoom, squash, shear, right, down = numbers
    side = images.shape[1]
    mirror, middle = tf.sign(mirror), (side - 1) / 2
    turn, size = turn * _TURN * math.pi / 180, tf.exp(zoom * _ZOOM)
    ratio = tf.exp(squash * _SQUASH)
    cos, sin = tf.cos(turn) / size, tf.sin(turn) / size
    a0, a1 = mirror * cos * ratio, shear * _SHEAR - sin
    b0, b1 = mirror * sin, cos / ratio
    a2 = middle + right * _SHIFT * side - (a0 + a1) * middle
    b2 = middle + down * _SHIFT * side - (b0 + b1) * middle
    none = tf.zeros_like(a0)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a0, a1, a2, b0, b1, b2, none, none], axis=1),
        output_shape=(side, side),
        interpolation="BILINEAR",
        fill_mode="NEAREST",
        fill_value=0.0,
    )


def _light(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Change gamma, contrast and brightness, and let the light come from one side."""
    gamma, contrast, brightness, strength, angle = _each(images, seed, -1.0, 1.0, 5)
    images = tf.pow(images, tf.exp(gamma * _GAMMA)) * _from_one_side(images, strength, angle)
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) * tf.exp(contrast * _CONTRAST) + mean + brightness * _BRIGHTNESS


def _from_one_side(images: tf.Tensor, strength: tf.Tensor, angle: tf.Tensor) -> tf.Tensor:
    """Return what share of the light each pixel gets, (N, side, side, 1)."""
    places = tf.linspace(-1.0, 1.0, images.shape[1])
    across, down = tf.reshape(places, (1, 1, -1, 1)), tf.reshape(places, (1, -1, 1, 1))
    toward = across * tf.cos(angle * math.pi) + down * tf.sin(angle * math.pi)  # -1.4 to 1.4
    return 1 - tf.abs(strength) * _SIDE * tf.clip_by_value(0.5 + 0.5 * toward, 0.0, 1.0)


def _blur(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Scale down and up again, all pictures alike, as if the faces had been far away."""
    side = images.shape[1]
    small = tf.random.stateless_uniform((), seed, int(_SMALLEST * side), side, tf.int32)
    return tf.image.resize(
        tf.image.resize(images, (small, small), antialias=True), images.shape[1:3]
    )


def _noise(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    (strength,) = _each(images, seed, 0.0, _NOISE, 1)
    return images + strength * tf.random.stateless_normal(tf.shape(images), seed)


def _cover(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Hide a rectangle behind grey (DeVries and Taylor 2017, arXiv:1708.04552)."""
    numbers = _each(images, seed, 0.0, 1.0, 5)
    middle_x, middle_y, width, height, level = numbers
    width, height = (_COVER[0] + (_COVER[1] - _COVER[0]) * n for n in (width, height))
    places = tf.range(images.shape[1], dtype=tf.float32) / images.shape[1]
    across = tf.abs(tf.reshape(places, (1, 1, -1, 1)) - middle_x) < width / 2
    along = tf.abs(tf.reshape(places, (1, -1, 1, 1)) - middle_y) < height / 2
    return tf.where(across & along, level, images)


def _compress(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    quality = tf.random.stateless_uniform((), seed, *_JPEG, tf.int32)

    def through_jpeg(image: tf.Tensor) -> tf.Tensor:
        return tf.ensure_shape(tf.image.adjust_jpeg_quality(image, quality), images.shape[1:])

    signature = tf.TensorSpec(images.shape[1:], tf.float32)
    return tf.map_fn(through_jpeg, images, fn_output_signature=signature)
