"""Split pictures into train, validation and test: each person in one split, each class in all."""

import argparse
import re
from typing import Any

import numpy as np
import numpy.typing as npt

SPLITS = ("train", "validation", "test")
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
