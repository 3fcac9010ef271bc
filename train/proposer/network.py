"""The network: fully convolutional, for frames of any size, and its losses.

Depthwise separable convolutions (A. Howard et al., *MobileNets*, 2017, arXiv:1704.04861) with the
5 x 5 kernels of BlazeFace, and a head for each of three strides.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import layers

STRIDES = (8, 16, 32)  # pixels between the cells of each head
_PRIOR_LOGIT = -4.0  # nearly all cells are without a face
_STAGES = (
    ((24, 2, 3), (24, 1, 5), (48, 2, 5), (48, 1, 5), (48, 1, 5)),
    (
        (80, 2, 5),
        (80, 1, 5),
        (80, 1, 5),
    ),
    ((96, 2, 5), (96, 1, 5), (96, 1, 5)),
)  # filters, step, kernel of the blocks before each head


def build_network(rows: int | None = None, columns: int | None = None) -> keras.Model:
    """Return the network, with random weights.

    It expects (rows, columns, 3), pixels scaled to -1..1. For each stride it returns "score", (rows
    / stride, columns / stride, 1), the logit that the middle of a face is there, and "box",
    (…, 3): from the middle of the cell to that of the face, right and down, over `BOX_UNIT` *
    stride, and the logarithm of the face's side over the same.
    """
    pixels = keras.Input((rows, columns, 3))
    x = layers.Conv2D(16, 3, 2, "same", use_bias=False)(pixels)
    x = layers.ReLU()(_normalized(x))
    outputs: dict[str, Any] = {}
    for stride, blocks in zip(STRIDES, _STAGES, strict=True):
        for filters, step, kernel in blocks:
            x = _block(x, filters, step, kernel)
        prior = keras.initializers.Constant(_PRIOR_LOGIT)
        score = layers.Conv2D(1, 1, bias_initializer=prior, name=f"score_{stride}")
        outputs |= {
            f"score_{stride}": score(x),
            f"box_{stride}": layers.Conv2D(3, 1, name=f"box_{stride}")(x),
        }
    return keras.Model(pixels, outputs, name="face_proposer")


def _normalized(x: Any) -> Any:
    return layers.BatchNormalization(momentum=0.98)(x)


def _block(x: Any, filters: int, step: int, kernel: int) -> Any:
    y = layers.DepthwiseConv2D(kernel, step, "same", use_bias=False)(x)
    y = _normalized(layers.Conv2D(filters, 1, use_bias=False)(y))
    if step == 1 and x.shape[-1] == filters:
        y = layers.Add()([x, y])
    return layers.ReLU()(y)


def score_loss(target: tf.Tensor, logit: tf.Tensor) -> tf.Tensor:
    """Return the focal loss of the scores per face.

    T.-Y. Lin et al., *Focal Loss for Dense Object Detection* (2017), arXiv:1708.02002, and for less
    punishment near a face H. Law and J. Deng, *CornerNet* (2018), arXiv:1808.01244.
    """
    is_face = target >= 1
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(is_face, logit.dtype), logit)
    probability = tf.sigmoid(logit)
    distance = tf.where(target < 0, 0.0, tf.pow(1 - tf.maximum(target, 0.0), 3.0))
    weight = tf.where(is_face, 2 * (1 - probability) ** 2, probability**2 * distance)
    return tf.reduce_sum(entropy * weight) / _count(tf.cast(is_face, logit.dtype))


def box_loss(target: tf.Tensor, box: tf.Tensor) -> tf.Tensor:
    """Return the Charbonnier loss of the boxes per face."""
    is_face = target[..., 3:]
    error = tf.sqrt(tf.square(box - target[..., :3]) + 1e-4) - 0.01
    return tf.reduce_sum(error * is_face) / _count(is_face)


def _count(is_face: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(is_face) + 3.0  # a batch without a face must not weigh more than others
