"""Training in generations: each network but the first learns from the one before, too.

Furlanello et al. 2018, *Born-Again Neural Networks* (arXiv:1805.04770). Several views of a picture,
asked together, are right more often than one; what they say is half of what the next generation
learns, and what people said the other half.
"""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tqdm import tqdm

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.quantization import input_table
from evaluation.predictors import keras_logits
from train.data.image_folder import Dataset, Split
from train.engine.checkpoint import History, seconds_spent
from train.engine.trainer import fit, kept_model
from train.recipe import Recipe

_SHIFT = 24  # the side over what a view is shifted by
_BATCH = 32
Images = npt.NDArray[np.uint8]


def fit_generations(
    recipe: Recipe,
    dataset: Dataset,
    contract: Contract,
    *,
    strategy: tf.distribute.Strategy,
    checkpoint: Path,
    resume: bool,
) -> tuple[History, Path, float]:
    """Train all generations, see `fit`; return the last one's history and checkpoint.

    And the seconds of them all, also of processes before this one.
    Ctrl-C ends the run with the generation that it is in.
    """
    if not resume:
        for folder in checkpoint.parent.glob(f"{checkpoint.name}-[0-9]*"):
            shutil.rmtree(folder)
    first = checkpoint
    again = partial(fit, contract=contract, strategy=strategy, resume=resume)
    history, over = again(recipe, dataset, checkpoint=checkpoint)
    seconds = seconds_spent(checkpoint)
    for number in range(2, recipe.generations + 1):
        if not over:
            break
        teacher = kept_model(recipe, contract, checkpoint)
        checkpoint = first.with_name(f"{first.name}-{number}")
        print(f"generation {number} of {recipe.generations}, in {checkpoint}/", flush=True)
        recipe = replace(recipe, seed=(recipe.seed + 1) % 2**32, soft_labels=True)
        taught = partial(teach, teacher, contract=contract)
        history, over = again(recipe, dataset, checkpoint=checkpoint, teach=taught)
        seconds += seconds_spent(checkpoint)
    return history, checkpoint, seconds


def teach(teacher: keras.Model, split: Split, contract: Contract) -> Split:
    """Return the split with soft labels that are half the teacher's, of all views of a picture.

    The votes of the result are the targets: each label's share, none for no label.
    """
    table, count = input_table(contract, dtype=np.float32), len(split.targets)
    batches = (split.images[first : first + _BATCH] for first in range(0, count, _BATCH))
    bar = tqdm(batches, "asking the teacher", -(-count // _BATCH), disable=None)
    logits = keras_logits(teacher, (table[views(batch)] for batch in bar))
    said = scores(logits, contract).reshape(count, -1, logits.shape[1]).mean(axis=1)
    votes = np.zeros_like(split.votes)
    votes[:, :-1] = (split.shares + said) / 2
    return replace(split, votes=votes)


def views(images: Images) -> Images:
    """Return pictures (N, side, side, channels) as they are and shifted four ways, each mirrored.

    (10 * N, side, side, channels): the ten of a picture follow one another.
    """
    step = max(1, images.shape[1] // _SHIFT)
    height, width = images.shape[1:3]
    shifted = [
        images[:, (np.arange(height) + down).clip(0, height - 1)][
            :, :, (np.arange(width) + right).clip(0, width - 1)
        ]
        for right, down in ((0, 0), (step, 0), (-step, 0), (0, step), (0, -step))
    ]
    both = [view[:, :, ::turn] for view in shifted for turn in (1, -1)]
    return np.stack(both, axis=1).reshape(-1, *images.shape[1:])
