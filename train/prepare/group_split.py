"""Split pictures into train, validation and test: each person in one split, each class in all."""

import argparse
import re
from collections.abc import Collection
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

SPLITS = ("train", "validation", "test")
# Words that cameras, phones and programs put before a number.
_DEVICE_WORDS = frozenset(
    [
        *("capture", "dsc", "dscf", "dscn", "face", "foto", "frame", "image", "img", "mvi", "p"),
        *("photo", "pic", "picture", "pxl", "scan", "screenshot", "signal", "snapshot", "still"),
        *("untitled", "vid", "whatsapp"),
    ]
)
# Cost of a class that is missing from a split: larger than any misfit in numbers.
_MISSING_CLASS_COST = 1e6
_MAX_ASSIGNMENTS = 2000  # limits the attempts for many groups

Counts = npt.NDArray[np.float64]


def parse_split(text: str) -> tuple[int, int, int]:
    """Parse "70/15/15", the percentages of train, validation and test.

    The last may be 0. 0/0/100 makes a data set that is only for testing.
    """
    match = re.fullmatch(r"(\d{1,3})/(\d{1,3})/(\d{1,3})", text)
    train, validation, test = map(int, match.groups()) if match else (0, 0, 0)
    if train + validation + test != 100 or (test < 100 and not (train and validation)):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not TRAIN/VALIDATION/TEST in per cent, such as 70/15/15"
        )
    return train, validation, test


def subject_of(picture: PurePath, labels: Collection[str]) -> str:
    """Return the person whom a picture's path within its class folder names, or "".

    The person is the first folder (`anna/IMG_1.jpg`), or the first word of a name that ends in a
    number (`anna_01.jpg`, `img-anna-01.jpg`, `S005_001_00000011.png`). Class names, camera names
    (`IMG_0001.jpg`), dates and times are skipped. In doubt, two people become one: the opposite
    error would put one person into two splits.
    """
    if len(picture.parts) > 1:
        return picture.parts[0].lower()
    *words, last = re.split(r"[_-]", picture.stem.lower())
    if not re.fullmatch(r"\d{1,8}", last):
        return ""
    no_names = _DEVICE_WORDS | {label.lower() for label in labels}
    names = (word for word in words if word and word not in no_names and not _is_date(word))
    return next(names, "")


def _is_date(word: str) -> bool:
    return word.isdecimal() and len(word) >= 6


def assign_splits(
    groups: Counts, existing: Counts, percentages: tuple[int, int, int], seed: int
) -> npt.NDArray[np.intp]:
    """Return the split of each group of pictures, (groups,) of 0, 1 or 2.

    groups: pictures of each class in each group, (groups, classes). existing: pictures that are in
    the splits already, (3, classes). Assigns greedily in several random orders and returns the best
    result, so that no person with half of all pictures ends up in a split of 15 %.
    """
    rng = np.random.default_rng(seed)
    wanted = np.outer(percentages, existing.sum(axis=0) + groups.sum(axis=0)) / 100
    attempts = max(1, _MAX_ASSIGNMENTS // max(1, len(groups)))
    orders = [rng.permutation(len(groups)) for _ in range(attempts)]
    results = (_assign_greedily(groups, existing, wanted, order) for order in orders)
    return min(results, key=lambda result: result[0])[1]


def _assign_greedily(
    groups: Counts, existing: Counts, wanted: Counts, order: Any
) -> tuple[float, Any]:
    """Put each group where it adds the least cost; return the total cost and the splits."""
    places, counts = np.zeros(len(groups), np.intp), existing
    for group in order:
        added_cost = _cost(counts + groups[group], wanted) - _cost(counts, wanted)
        place = places[group] = added_cost.argmin()
        counts = counts + groups[group] * (np.arange(3) == place)[:, np.newaxis]
    return float(_cost(counts, wanted).sum()), places


def _cost(counts: Counts, wanted: Counts) -> Counts:
    """Return the cost of each split, (3,): how far its class counts are from the wanted ones."""
    misfit = (counts - wanted) ** 2 / np.maximum(wanted, 1e-3)
    return (misfit + _MISSING_CLASS_COST * ((counts == 0) & (wanted > 0))).sum(axis=1)
