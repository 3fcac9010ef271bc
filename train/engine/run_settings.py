"""The settings that decide which weights a run keeps: a run is resumed only with the same ones."""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract
from train.data.dataset import Dataset
from train.engine.pretrained import Pretrained
from train.recipe import Recipe


def run_settings(
    recipe: Recipe, dataset: Dataset, contract: Contract, pretrained: Pretrained | None
) -> dict[str, Any]:
    """Return what decides which weights a run keeps, in values that JSON can hold.

    pretrained: the network that it starts from, None for random weights.
    """
    settings = {**recipe.settings(), "teachers": list(recipe.teachers)}
    settings["labels"] = list(contract.labels)
    settings["from"] = pretrained.sha256 if pretrained else None
    settings |= {"data": dataset.training.key, "validation": dataset.validation.key}
    split = dataset.training
    settings["taught"] = None if split.taught is None else _digest(split.taught)
    if recipe.soft_labels:
        settings["votes"] = _digest(split.votes)
    return settings


def _digest(array: npt.NDArray[np.float32]) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


def common_settings(dataset: Dataset, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what all workers must have in common, in values that JSON can hold."""
    counts = {
        "training pictures": len(dataset.training.targets),
        "validation pictures": len(dataset.validation.targets),
    }
    # The keys of the data depend on the times of the files, which differ between machines.
    return {**settings, **counts, "data": None, "validation": None}
