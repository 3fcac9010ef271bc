"""Born-again training: each generation after the first also learns from its predecessor.

Furlanello et al. 2018, *Born-Again Neural Networks* (arXiv:1805.04770). The teacher's predictions
are averaged over shifted and mirrored copies of each image, which are more accurate together than
a single one. The next generation's targets are half this average and half the people's votes.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.quantization import input_table
from evaluation.predictors import keras_logits
from train.data.image_folder import Dataset, Split
from train.engine.start import RunOptions
from train.engine.state import History, read_state
from train.engine.trainer import fit, kept_model
from train.recipe import Recipe

_SIDE_PER_SHIFT = 24  # images are shifted by 1/24 of their side
_BATCH_SIZE = 32
Images = npt.NDArray[np.uint8]


def fit_generations(
    recipe: Recipe, dataset: Dataset, contract: Contract, options: RunOptions
) -> tuple[History, Path, float]:
    """Train all generations with `fit`.

    Returns the last generation's history and checkpoint, and the training time of all generations
    in seconds, including interrupted processes. Ctrl-C ends the run after the current epoch,
    without further generations.
    """
    first = options.checkpoint
    history, finished = fit(recipe, dataset, contract, options)
    state = read_state(options.checkpoint)
    seconds = state.seconds
    for number in range(2, recipe.generations + 1):
        if not finished:
            break
        teacher = kept_model(recipe, contract, options.checkpoint)
        folder = first.with_name(f"{first.name}-{number}")
        options = replace(options, checkpoint=folder, run=state.run)
        print(f"generation {number} of {recipe.generations}, in {options.checkpoint}/", flush=True)
        recipe = replace(recipe, seed=(recipe.seed + 1) % 2**32, soft_labels=True)
        relabel = partial(with_teacher_labels, teacher, contract=contract)
        history, finished = fit(recipe, dataset, contract, options, relabel)
        seconds += read_state(options.checkpoint).seconds
    return history, options.checkpoint, seconds


def with_teacher_labels(teacher: keras.Model, split: Split, contract: Contract) -> Split:
    """Return the split with soft labels that are half its own and half the teacher's.

    The teacher's are its mean scores over all views of an image. The `votes` of the result hold the
    soft labels, with 0 in the last column.
    """
    table, count = input_table(contract, dtype=np.float32), len(split.targets)
    batches = (split.images[start : start + _BATCH_SIZE] for start in range(0, count, _BATCH_SIZE))
    bar = tqdm(batches, "asking the teacher", -(-count // _BATCH_SIZE), disable=None)
    logits = keras_logits(teacher, (table[shift_and_mirror(batch)] for batch in bar))
    predicted = scores(logits, contract).reshape(count, -1, logits.shape[1]).mean(axis=1)
    votes = np.zeros_like(split.votes)
    votes[:, :-1] = (split.soft_labels + predicted) / 2
    return replace(split, votes=votes)


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
