"""Distillation: teachers are trained first, and the network learns from their predictions, too.

Hinton et al. 2015, *Distilling the Knowledge in a Neural Network* (arXiv:1503.02531), with several
teachers. One teacher of the network's own kind makes it a Born-Again Neural Network (Furlanello et
al. 2018, arXiv:1805.04770). The teachers' predictions are averaged over shifted and mirrored copies
of each image, which are more accurate together than a single one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.quantization import input_table
from evaluation.predictors import keras_logits
from train.data.dataset import Dataset
from train.data.soft_labels import SoftLabels, write_soft_labels
from train.data.split import Split
from train.engine.start import RunOptions
from train.engine.state import History, read_state
from train.engine.trainer import fit, kept_model
from train.recipe import Recipe

_SIDE_PER_SHIFT = 24  # images are shifted by 1/24 of their side
_BATCH_SIZE = 32
Images = npt.NDArray[np.uint8]
Scores = npt.NDArray[np.float32]


class Trained(NamedTuple):
    """The network that was trained last.

    recipe: its own. history: one row for each epoch. checkpoint: its folder. seconds: the training
    time of all networks, including interrupted processes.
    """

    recipe: Recipe
    history: History
    checkpoint: Path
    seconds: float


def fit_all(
    recipe: Recipe,
    dataset: Dataset,
    contract: Contract,
    options: RunOptions,
    stored: SoftLabels | None = None,
) -> Trained:
    """Train the recipe's teachers, and then its network, which learns from what they say as well.

    The teachers learn the sure labels of those parts of the data set that have all classes. They
    start from random weights, also if the network starts from others.

    stored: predictions of teachers that were trained before; then none is trained. Otherwise the
    teachers' predictions are written beside the checkpoints. Ctrl-C ends the run after the current
    epoch, without further networks. Raises UserError as `fit` and `SoftLabels.of` do.
    """
    if stored:
        return _fit_taught(recipe, dataset, contract, options, stored)
    sure = replace(dataset, training=dataset.training.sure())
    teachers = recipe.make_teachers()
    if not teachers:
        return _fit(recipe, sure, contract, options)[0]
    known = replace(sure, training=sure.training.of_complete_parts())
    first, seconds, models = options.checkpoint, 0.0, list[tuple[Recipe, Path]]()
    pretrained, options = options.pretrained, replace(options, pretrained=None)
    for teacher in teachers:
        trained, finished = _fit(teacher, known, contract, options)
        seconds += trained.seconds
        if not finished:
            return trained._replace(seconds=seconds)
        models.append((teacher, trained.checkpoint))
        number, run = len(models) + 1, read_state(trained.checkpoint).run
        folder = first.with_name(f"{first.name}-{number}")
        options = replace(options, checkpoint=folder, run=run)
        print(f"network {number} of {len(teachers) + 1}, in {folder}/", flush=True)
    relabel = partial(_relabel, models, contract, first.parent)
    student, options = replace(recipe, soft_labels=True), replace(options, pretrained=pretrained)
    trained, _ = _fit(student, dataset, contract, options, relabel)
    return trained._replace(seconds=seconds + trained.seconds)


def _fit_taught(
    recipe: Recipe, dataset: Dataset, contract: Contract, options: RunOptions, stored: SoftLabels
) -> Trained:
    """Train the recipe's network only, on the labels of stored teachers as well.

    Pictures that the teachers have not seen are left out.
    """
    predicted, known = stored.of(dataset.training.pictures, contract.labels)
    if not known.all():
        print(f"left out {(~known).sum()} of {known.size} pictures: no soft labels of them")
    taught = replace(dataset.training.only(known), taught=predicted)
    dataset = replace(dataset, training=taught)
    student = replace(recipe, teachers=(), soft_labels=True)
    return _fit(student, dataset, contract, options)[0]


def _fit(
    recipe: Recipe,
    dataset: Dataset,
    contract: Contract,
    options: RunOptions,
    relabel: Callable[[Split], Split] | None = None,
) -> tuple[Trained, bool]:
    """Train one network; return it, and whether its training finished without Ctrl-C."""
    history, finished = fit(recipe, dataset, contract, options, relabel)
    seconds = read_state(options.checkpoint).seconds
    return Trained(recipe, history, options.checkpoint, seconds), finished


def _relabel(
    teachers: Sequence[tuple[Recipe, Path]], contract: Contract, folder: Path, split: Split
) -> Split:
    """Return the split with the teachers' predictions, and write these to a folder."""
    models = [kept_model(recipe, contract, checkpoint) for recipe, checkpoint in teachers]
    predicted = predict(models, split, contract)
    write_soft_labels(folder, SoftLabels(split.pictures, contract.labels, predicted))
    return replace(split, taught=predicted)


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
