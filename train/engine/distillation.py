"""Distillation: teachers are trained first, and the network learns from their predictions, too.

Hinton et al. 2015, *Distilling the Knowledge in a Neural Network* (arXiv:1503.02531), with several
teachers. One teacher of the network's own kind makes it a Born-Again Neural Network (Furlanello et
al. 2018, arXiv:1805.04770). At the end the network learns from people's labels only, for some
epochs and with a low learning rate.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from emotion_edge.model.contract import Contract
from train.data.dataset import Dataset
from train.data.soft_labels import SoftLabels, write_soft_labels
from train.data.split import Split
from train.engine.pretrained import Pretrained
from train.engine.start import RunOptions
from train.engine.state import History, read_state
from train.engine.teacher_predictions import predict
from train.engine.trainer import fit, kept_model
from train.recipe import Recipe
from train.wording import amount


class Trained(NamedTuple):
    """The network that was trained last.

    recipe: its own, or, if it went on for `people_epochs`, that of the epochs before, with the
    average of these. history: one row for each epoch; the `people_epochs` come last. checkpoint:
    its folder. seconds: the training time of all networks, including interrupted processes.
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

    Then the network learns from people's labels only, for the recipe's `people_epochs`. The
    teachers learn the sure labels of those parts of the data set that have all classes, and start
    from random weights, also if the network starts from others.

    stored: predictions of teachers that were trained before; then none is trained. Otherwise the
    teachers' predictions are written beside the checkpoints. Ctrl-C ends the run after the current
    epoch, without further networks. Raises UserError as `fit` and `SoftLabels.of` do.
    """
    if stored:
        trained, finished = _fit_taught(recipe, dataset, contract, options, stored)
    elif recipe.teachers:
        trained, finished = _fit_with_teachers(recipe, dataset, contract, options)
    else:
        return _fit(recipe, _sure(dataset), contract, options)[0]
    if not (recipe.people_epochs and finished):
        return trained
    return _fit_to_people(trained, _sure(dataset), contract, options)


def _sure(dataset: Dataset) -> Dataset:
    """Return the data set without the training pictures whose labels are unsure."""
    return replace(dataset, training=dataset.training.sure())


def _fit_with_teachers(
    recipe: Recipe, dataset: Dataset, contract: Contract, options: RunOptions
) -> tuple[Trained, bool]:
    """Train the teachers and then the network, as `fit_all` says.

    Returns the network that was trained last, and whether all training finished without Ctrl-C.
    """
    known = replace(dataset, training=dataset.training.sure().of_complete_parts())
    teachers, models, current, seconds = recipe.make_teachers(), [], options, 0.0
    for number, teacher in enumerate(teachers, 2):
        trained, finished = _fit(teacher, known, contract, replace(current, pretrained=None))
        seconds += trained.seconds
        if not finished:
            return trained._replace(seconds=seconds), False
        models.append((teacher, trained.checkpoint))
        current = _next_options(options, trained, number)
        print(f"network {number} of {len(teachers) + 1}, in {current.checkpoint}/", flush=True)
    relabel = partial(_relabel, models, contract, options.checkpoint.parent)
    student = replace(recipe, soft_labels=True)
    trained, finished = _fit(student, dataset, contract, current, relabel)
    return trained._replace(seconds=seconds + trained.seconds), finished


def _next_options(options: RunOptions, trained: Trained, number: int) -> RunOptions:
    """Return the options of a run's network of this number, which follows a trained one."""
    folder = options.checkpoint.with_name(f"{options.checkpoint.name}-{number}")
    return replace(options, checkpoint=folder, run=read_state(trained.checkpoint).run)


def _fit_to_people(
    taught: Trained, dataset: Dataset, contract: Contract, options: RunOptions
) -> Trained:
    """Train a network further, on people's labels only; the history goes on.

    If the network or the number of epochs has changed since the run that is there, only these
    epochs are trained again.
    """
    recipe = taught.recipe.for_people()
    options = _next_options(options, taught, len(taught.recipe.teachers) + 2)
    resume = options.resume and "auto"
    options = replace(options, resume=resume, pretrained=_as_pretrained(taught, contract))
    more = amount(recipe.epochs, "more epoch")
    print(f"{more} on people's labels only, in {options.checkpoint}/", flush=True)
    trained, _ = _fit(recipe, dataset, contract, options)
    done = len(taught.history)
    history = [{**row, "epoch": row["epoch"] + done} for row in trained.history]
    return Trained(
        replace(taught.recipe, average=recipe.average),
        [*taught.history, *history],
        trained.checkpoint,
        taught.seconds + trained.seconds,
    )


def _as_pretrained(trained: Trained, contract: Contract) -> Pretrained:
    model = kept_model(trained.recipe, contract, trained.checkpoint)
    digest = hashlib.sha256(b"".join(weights.tobytes() for weights in model.get_weights()))
    return Pretrained(trained.checkpoint, digest.hexdigest(), model, contract)


def _fit_taught(
    recipe: Recipe, dataset: Dataset, contract: Contract, options: RunOptions, stored: SoftLabels
) -> tuple[Trained, bool]:
    """Train the recipe's network only, on the labels of stored teachers as well.

    Pictures that the teachers have not seen are left out. Returns what `_fit` does.
    """
    predicted, known = stored.of(dataset.training.pictures, contract.labels)
    if not known.all():
        print(f"left out {(~known).sum()} of {known.size} pictures: no soft labels of them")
    taught = replace(dataset.training.only(known), taught=predicted)
    dataset = replace(dataset, training=taught)
    student = replace(recipe, teachers=(), soft_labels=True)
    return _fit(student, dataset, contract, options)


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
