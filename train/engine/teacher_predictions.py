"""Ask teachers for their predictions.

They are averaged over shifted and mirrored copies of each image, which are more accurate together
than a single one.
"""

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.quantization import input_table
from evaluation.predictors import keras_logits
from train.data.split import Split

_SIDE_PER_SHIFT = 24  # images are shifted by 1/24 of their side
_BATCH_SIZE = 32
Images = npt.NDArray[np.uint8]
Scores = npt.NDArray[np.float32]


def predict(teachers: Sequence[keras.Model], split: Split, contract: Contract) -> Scores:
    """Return the mean scores of all teachers over all views of each image, (N, classes)."""
    return np.mean([_predict(teacher, split, contract) for teacher in teachers], axis=0)


def _predict(teacher: keras.Model, split: Split, contract: Contract) -> Scores:
    table, count = input_table(contract, dtype=np.float32), len(split.targets)
    batches = (split.images[start : start + _BATCH_SIZE] for start in range(0, count, _BATCH_SIZE))
    bar = tqdm(batches, f"asking {teacher.name}", -(-count // _BATCH_SIZE), disable=None)
    logits = keras_logits(teacher, (table[shift_and_mirror(batch)] for batch in bar))
    views = scores(logits, contract).reshape(count, -1, logits.shape[1])
    return views.mean(axis=1).astype(np.float32)


def shift_and_mirror(images: Images) -> Images:
    """Return ten views of each image: unshifted and shifted four ways, each also mirrored.

    images: (N, side, side, channels). Returns (10 * N, side, side, channels), in which the views of
    an image follow one another.
    """
    step = max(1, images.shape[1] // _SIDE_PER_SHIFT)
    height, width = images.shape[1:3]
    shifted = [
        images[:, (np.arange(height) + down).clip(0, height - 1)][
            :, :, (np.arange(width) + right).clip(0, width - 1)
        ]
        for right, down in ((0, 0), (step, 0), (-step, 0), (0, step), (0, -step))
    ]
    views = [view[:, :, ::direction] for view in shifted for direction in (1, -1)]
    return np.stack(views, axis=1).reshape(-1, *images.shape[1:])
