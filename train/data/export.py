"""Which pictures the conversion gets, each for a purpose of its own, none for two that conflict."""

import hashlib
import sys

import numpy as np
import numpy.typing as npt

from train.data.image_folder import Dataset, Split

Indices = npt.NDArray[np.int64]
MOST_FOR_TEMPERATURE = 1000  # one number is fitted on them


def set_aside(
    dataset: Dataset, calibration_size: int, rng: np.random.Generator
) -> dict[str, tuple[Split, Indices]]:
    """Return for each file of pictures the split it comes from and which of it, sorted.

    calibration: for the ranges of quantisation, from train alone, as many of each class.
    temperature: for the calibration of scores, from validation.
    holdout: for the proof of the converted model; the test split. Where there is none, it is
        validation, of which a quarter then goes to temperature instead.
    A picture of the other two that is in the holdout as well, pixel by pixel, is left out.
    """
    validation, holdout = dataset.validation, dataset.holdout
    calibration = draw_balanced(dataset.training.targets, calibration_size, rng)
    everything = np.arange(len(holdout.targets))
    if holdout is validation:
        temperature = _draw_share(validation.targets, 0.25, rng)
        proof = np.setdiff1d(everything, temperature)
    else:
        temperature, proof = _draw_share(validation.targets, 1.0, rng), everything
    seen = {_hash(holdout, i) for i in proof.tolist()}
    return {
        "calibration": (dataset.training, _without(dataset.training, calibration, seen)),
        "temperature": (validation, _without(validation, temperature, seen)),
        "holdout": (holdout, proof),
    }


def draw_balanced(
    targets: npt.NDArray[np.int64], size: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return sorted indices of a random draw of `size`, as many of each class as can be had."""
    classes = np.unique(targets)
    share = [size // len(classes) + (i < size % len(classes)) for i in range(len(classes))]
    draws = [
        rng.permutation(np.flatnonzero(targets == c))[:n]
        for c, n in zip(classes, share, strict=True)
    ]
    return np.sort(np.concatenate(draws))


def _draw_share(targets: npt.NDArray[np.int64], share: float, rng: np.random.Generator) -> Indices:
    """Return a random `share` of each class, but no more in all than are needed."""
    draws = [
        rng.permutation(members)[: int(share * len(members))]
        for members in (np.flatnonzero(targets == c) for c in np.unique(targets))
    ]
    return np.sort(rng.permutation(np.concatenate(draws))[:MOST_FOR_TEMPERATURE])


def _without(split: Split, chosen: Indices, seen: set[bytes]) -> Indices:
    fresh = [i for i in chosen.tolist() if _hash(split, i) not in seen]
    if left_out := len(chosen) - len(fresh):
        print(
            f"left out {left_out} pictures set aside for the conversion: the holdout has them too",
            file=sys.stderr,
        )
    return np.array(fresh, np.int64)


def _hash(split: Split, index: int) -> bytes:
    return hashlib.sha256(split.images[index].tobytes()).digest()
