"""Select the images that `python -m convert` gets.

Each image serves one purpose only, so that no result is measured on images it was tuned on.
"""

import hashlib
import sys

import numpy as np
import numpy.typing as npt

from train.data.dataset import Dataset
from train.data.split import Split

Indices = npt.NDArray[np.int64]
MAX_TEMPERATURE_IMAGES = 1000  # only one number is fitted to them


def select_for_conversion(
    dataset: Dataset, calibration_size: int, rng: np.random.Generator
) -> dict[str, tuple[Split, Indices]]:
    """Return the source split and the sorted image indices of each exported file.

    calibration: sets the ranges for quantisation; from train, the same number of each class.
    temperature: calibrates the scores; from validation.
    holdout: tests the converted model; the test split. Without a test split, temperature gets a
        quarter of validation and holdout gets the rest.
    Images of the first two that are also in the holdout, pixel for pixel, are left out.
    """
    validation, holdout = dataset.validation, dataset.holdout
    calibration = draw_balanced(dataset.training.targets, calibration_size, rng)
    tested = np.arange(len(holdout.targets))
    if holdout is validation:
        temperature = _draw_share(validation.targets, 0.25, rng)
        tested = np.setdiff1d(tested, temperature)
    else:
        temperature = _draw_share(validation.targets, 1.0, rng)
    held_out = {_hash(holdout, i) for i in tested.tolist()}
    return {
        "calibration": (dataset.training, _without(dataset.training, calibration, held_out)),
        "temperature": (validation, _without(validation, temperature, held_out)),
        "holdout": (holdout, tested),
    }


def draw_balanced(
    targets: npt.NDArray[np.int64], size: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Draw `size` random indices, balanced over the classes, and return them sorted.

    A class with too few images contributes all of them.
    """
    classes = np.unique(targets)
    sizes = [size // len(classes) + (i < size % len(classes)) for i in range(len(classes))]
    draws = [
        rng.permutation(np.flatnonzero(targets == c))[:n]
        for c, n in zip(classes, sizes, strict=True)
    ]
    return np.sort(np.concatenate(draws))


def _draw_share(targets: npt.NDArray[np.int64], share: float, rng: np.random.Generator) -> Indices:
    """Draw a random `share` of each class, at most MAX_TEMPERATURE_IMAGES in total."""
    draws = [
        rng.permutation(members)[: int(share * len(members))]
        for members in (np.flatnonzero(targets == c) for c in np.unique(targets))
    ]
    return np.sort(rng.permutation(np.concatenate(draws))[:MAX_TEMPERATURE_IMAGES])


def _without(split: Split, chosen: Indices, held_out: set[bytes]) -> Indices:
    fresh = [i for i in chosen.tolist() if _hash(split, i) not in held_out]
    if left_out := len(chosen) - len(fresh):
        print(
            f"left out {left_out} pictures set aside for the conversion: the holdout has them too",
            file=sys.stderr,
        )
    return np.array(fresh, np.int64)


def _hash(split: Split, index: int) -> bytes:
    return hashlib.sha256(split.images[index].tobytes()).digest()
