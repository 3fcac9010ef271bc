"""Image augmentation that keeps the expression: geometry, light, blur, noise, occlusion, JPEG.

All random numbers derive from one seed per batch, so that a resumed run sees the same images as an
uninterrupted one. The strengths follow the variation of face crops on a Pi: the face detector
misplaces eyes and crop size by a few per cent, light and sensor differ, and faces may be far away.
"""

import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

# Geometry: maximum rotation, and maximum change of size, aspect ratio, position and shear relative
# to the side of the image.
_ROTATION_DEG, _ZOOM, _ASPECT, _SHIFT, _SHEAR = 12.0, 0.12, 0.08, 0.05, 0.05
# Light: maximum change of gamma and contrast (natural logarithms) and of brightness and noise
# (range 0..1), and the maximum loss of light at the edge away from a side light.
_GAMMA, _CONTRAST, _BRIGHTNESS, _NOISE, _SIDE_LIGHT = 0.7, 0.2, 0.1, 0.05, 0.8
_CURVE = 0.6  # maximum change of the response curve's slope at its ends and its middle
# Shares of the images that get each change.
_LIGHT_SHARE, _BLUR_SHARE, _OCCLUSION_SHARE, _JPEG_SHARE = 0.5, 0.2, 0.25, 0.125
_OCCLUSION_SIDE = (0.12, 0.38)  # minimum and maximum, relative to the side of the image
_MIN_BLUR_SCALE = 0.3  # smallest size before scaling up again, relative to the side of the image
_JPEG_QUALITY = (25, 90)


def augment(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return augmented copies of images, float32 (N, side, side, channels) in 0..1.

    seed: int32 or int64 (2,), a different one for each batch.
    """
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 6))
    images = _warp(images, seeds[0])
    images = _change_some(images, _LIGHT_SHARE, seeds[1], _relight)
    images = _change_some(images, _BLUR_SHARE, seeds[2], _blur)
    images = _change_some(images, _LIGHT_SHARE, seeds[3], _add_noise)
    images = _change_some(images, _OCCLUSION_SHARE, seeds[4], _occlude)
    return _change_some(images, _JPEG_SHARE, seeds[5], _compress)


def _change_some(
    images: tf.Tensor,
    share: float,
    seed: tf.Tensor,
    change: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    """Apply `change` to a random share of the images."""
    choice_seed, change_seed = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
    chosen = tf.where(_uniform(choice_seed, tf.shape(images)[:1], 0.0, 1.0) < share)
    changed = tf.clip_by_value(change(tf.gather_nd(images, chosen), change_seed), 0.0, 1.0)
    return tf.tensor_scatter_nd_update(images, chosen, changed)


def _uniform(seed: tf.Tensor, shape: Any, low: float, high: float) -> tf.Tensor:
    return tf.random.stateless_uniform(shape, seed, low, high)


def _uniform_per_image(
    images: tf.Tensor, seed: tf.Tensor, low: float, high: float, count: int
) -> list[tf.Tensor]:
    """Return `count` tensors of shape (N, 1, 1, 1), one random number for each image."""
    numbers = _uniform(seed, (count, tf.shape(images)[0], 1, 1, 1), low, high)
    return tf.unstack(numbers)


def _warp(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mirror, rotate, scale, stretch, shear and shift; pixels outside repeat the border."""
    side = images.shape[1]
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=_random_transforms(tf.shape(images)[0], side, seed),
        output_shape=(side, side),
        interpolation="BILINEAR",
        fill_mode="NEAREST",
        fill_value=0.0,
    )


def _random_transforms(count: tf.Tensor, side: int, seed: tf.Tensor) -> tf.Tensor:
    """Return affine transforms (count, 8), in the order a0 a1 a2 b0 b1 b2 c0 c1."""
    numbers = tf.unstack(_uniform(seed, (7, count), -1.0, 1.0))
    mirror, rotation, zoom, aspect, shear, right, down = numbers
    mirror, centre = tf.sign(mirror), (side - 1) / 2
    rotation, size = rotation * _ROTATION_DEG * math.pi / 180, tf.exp(zoom * _ZOOM)
    ratio = tf.exp(aspect * _ASPECT)
    cos, sin = tf.cos(rotation) / size, tf.sin(rotation) / size
    a0, a1 = mirror * cos * ratio, shear * _SHEAR - sin
    b0, b1 = mirror * sin, cos / ratio
    a2 = centre + right * _SHIFT * side - (a0 + a1) * centre
    b2 = centre + down * _SHIFT * side - (b0 + b1) * centre
    zero = tf.zeros_like(a0)
    return tf.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1)


def _relight(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Change gamma, the response curve, contrast and brightness; add light from one side."""
    numbers = _uniform_per_image(images, seed, -1.0, 1.0, 6)
    gamma, contrast, brightness, strength, angle, curve = numbers
    images = tf.pow(images, tf.exp(gamma * _GAMMA)) * _side_light(images, strength, angle)
    # Cameras differ in how steep the middle is: the curve is S-shaped, or the inverse of that.
    images += curve * _CURVE * tf.sin(2 * math.pi * images) / (2 * math.pi)
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) * tf.exp(contrast * _CONTRAST) + mean + brightness * _BRIGHTNESS


def _side_light(images: tf.Tensor, strength: tf.Tensor, angle: tf.Tensor) -> tf.Tensor:
    """Return the share of the light that each pixel gets, (N, side, side, 1)."""
    places = tf.linspace(-1.0, 1.0, images.shape[1])
    across, down = tf.reshape(places, (1, 1, -1, 1)), tf.reshape(places, (1, -1, 1, 1))
    toward = across * tf.cos(angle * math.pi) + down * tf.sin(angle * math.pi)  # -1.4 to 1.4
    return 1 - tf.abs(strength) * _SIDE_LIGHT * tf.clip_by_value(0.5 + 0.5 * toward, 0.0, 1.0)


def _blur(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Scale down and up again, by the same factor for all, as if the faces were far away."""
    side = images.shape[1]
    small = tf.random.stateless_uniform((), seed, int(_MIN_BLUR_SCALE * side), side, tf.int32)
    return tf.image.resize(
        tf.image.resize(images, (small, small), antialias=True), images.shape[1:3]
    )


def _add_noise(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    (strength,) = _uniform_per_image(images, seed, 0.0, _NOISE, 1)
    return images + strength * tf.random.stateless_normal(tf.shape(images), seed)


def _occlude(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Cover a random rectangle with grey (DeVries and Taylor 2017, arXiv:1708.04552)."""
    numbers = _uniform_per_image(images, seed, 0.0, 1.0, 5)
    centre_x, centre_y, width, height, grey = numbers
    low, high = _OCCLUSION_SIDE
    width, height = (low + (high - low) * n for n in (width, height))
    places = tf.range(images.shape[1], dtype=tf.float32) / images.shape[1]
    across = tf.abs(tf.reshape(places, (1, 1, -1, 1)) - centre_x) < width / 2
    along = tf.abs(tf.reshape(places, (1, -1, 1, 1)) - centre_y) < height / 2
    return tf.where(across & along, grey, images)


def _compress(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    quality = tf.random.stateless_uniform((), seed, *_JPEG_QUALITY, tf.int32)

    def through_jpeg(image: tf.Tensor) -> tf.Tensor:
        return tf.ensure_shape(tf.image.adjust_jpeg_quality(image, quality), images.shape[1:])

    signature = tf.TensorSpec(images.shape[1:], tf.float32)
    return tf.map_fn(through_jpeg, images, fn_output_signature=signature)
