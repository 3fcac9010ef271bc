"""Who goes where: all pictures of a person into one split, every class into all three."""

import argparse
import re
from collections.abc import Collection
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

SPLITS = ("train", "validation", "test")
# What cameras, phones and programs put before a number.
_DEVICES = frozenset(
    [
        *("capture", "dsc", "dscf", "dscn", "face", "foto", "frame", "image", "img", "mvi", "p"),
        *("photo", "pic", "picture", "pxl", "scan", "screenshot", "signal", "snapshot", "still"),
        *("untitled", "vid", "whatsapp"),
    ]
)
_MISSING = 1e6  # what a class that is missing from a split costs, over any misfit in numbers

Counts = npt.NDArray[np.float64]


def shares(text: str) -> tuple[int, int, int]:
    """Parse "70/15/15", the percentages of train, validation and test.

    The last may be 0, and 0/0/100 is for pictures that a model is only to be measured on.
    """
    match = re.fullmatch(r"(\d{1,3})/(\d{1,3})/(\d{1,3})", text)
    train, validation, test = map(int, match.groups()) if match else (0, 0, 0)
    if train + validation + test != 100 or (test < 100 and not (train and validation)):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not TRAIN/VALIDATION/TEST in per cent, such as 70/15/15"
        )
    return train, validation, test


def subject_of(picture: PurePath, labels: Collection[str]) -> str:
    """Return the person that a picture's path within its class folder names, "" for none.

    The first folder does (`anna/IMG_1.jpg`), or the first word of a name that ends in a number
    (`anna_01.jpg`, `img-anna-01.jpg`, `S005_001_00000011.png`), but for classes, cameras
    (`IMG_0001.jpg`), dates and times. Rather two people taken for one than one for two.
    """
    if len(picture.parts) > 1:
        return picture.parts[0].lower()
    *words, last = re.split(r"[_-]", picture.stem.lower())
    if not re.fullmatch(r"\d{1,8}", last):
        return ""
    no_names = _DEVICES | {label.lower() for label in labels}
    names = (word for word in words if word and word not in no_names and not _is_date(word))
    return next(names, "")


def _is_date(word: str) -> bool:
    return word.isdecimal() and len(word) >= 6


def assign(
    groups: Counts, have: Counts, shares: tuple[int, int, int], seed: int
) -> npt.NDArray[np.intp]:
    """Return for each group of pictures which split it goes to, (groups,) of 0, 1 or 2.

    groups: pictures of each class in each, (groups, classes). have: pictures that are in the splits
    already, (3, classes). Greedy in a random order; of a few such orders the best, so that no
    person with half of all pictures ends in a split of 15 %.
    """
    rng = np.random.default_rng(seed)
    want = np.outer(shares, have.sum(axis=0) + groups.sum(axis=0)) / 100
    orders = [rng.permutation(len(groups)) for _ in range(max(1, 2000 // max(1, len(groups))))]
    return min((_fill(groups, have, want, order) for order in orders), key=lambda way: way[0])[1]


def _fill(groups: Counts, have: Counts, want: Counts, order: Any) -> tuple[float, Any]:
    """Put each group where it costs least; return what that cost in all, and the places."""
    places = np.zeros(len(groups), np.intp)
    for group in order:
        more = _cost(have + groups[group], want) - _cost(have, want)
        place = places[group] = more.argmin()
        have = have + groups[group] * (np.arange(3) == place)[:, np.newaxis]
    return float(_cost(have, want).sum()), places


def _cost(have: Counts, want: Counts) -> Counts:
    """Return each split's, (3,): how far its classes are from what they should be."""
    misfit = (have - want) ** 2 / np.maximum(want, 1e-3)
    return (misfit + _MISSING * ((have == 0) & (want > 0))).sum(axis=1)
