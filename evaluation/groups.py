"""Accuracy by groups of images: by what can be measured on them, and by named groups."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.faces.quality import sharpness
from emotion_edge.imaging.regions import luma
from evaluation.metrics import Targets, accuracy, mean_recall

GROUPS = 4  # equal parts of the images, by each property
PROPERTIES = (
    "luminance of the middle of the face, 0 to 255",
    "contrast, standard deviation of the pixels",
    "sharpness, see edge/emotion_edge/faces/quality.py",
    "size of the head: side of the face's square in pixels",
)


def by_property(
    faces: Iterable[npt.NDArray[np.uint8]], correct: npt.NDArray[np.bool_]
) -> Iterator[dict[str, Any]]:
    """Yield the accuracy of equal parts of the images, sorted by each of PROPERTIES.

    faces: N images (rows, columns, 3) as they are in their files. correct: (N,) right or wrong.
    """
    columns = zip(*map(_properties, faces), strict=True)
    for name, values in zip(PROPERTIES, map(np.array, columns), strict=True):
        limits = np.quantile(values, np.linspace(0, 1, GROUPS + 1))
        group = np.searchsorted(limits[1:-1], values, side="right")
        for i in np.unique(group).tolist():
            inside = group == i
            low, high = float(values[inside].min()), float(values[inside].max())
            yield {"by": name, "from": low, "to": high, **accuracy(correct[inside])}


def _properties(pixels: npt.NDArray[np.uint8]) -> tuple[float, ...]:
    """Return the PROPERTIES of a face."""
    grey = luma(pixels)
    rows, columns = grey.shape
    top, left = rows * 2 // 5, columns // 4
    middle = grey[top : max(top + 1, rows * 4 // 5), left : max(left + 1, columns * 3 // 4)]
    return float(np.median(middle)), float(grey.std()), sharpness(pixels), float(min(grey.shape))


def by_name(
    names: npt.NDArray[np.str_] | None, predictions: Targets, targets: Targets
) -> dict[str, Any] | None:
    """Return the figures of named groups, and the largest gap between two of them.

    names: (N,) the group of each image, "" for none. predictions, targets: (N,) class numbers.
    Returns None without groups.
    """
    groups: dict[str, dict[str, Any]] = {}
    for name in sorted({*(() if names is None else names.tolist())} - {""}):
        inside = names == name
        correct = predictions[inside] == targets[inside]
        recall = mean_recall(predictions[inside], targets[inside])
        groups[name] = {**accuracy(correct), "mean_recall": recall}
    if not groups:
        return None
    return {"groups": groups, "largest_gap": _largest_gap(groups)}


def _largest_gap(groups: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return the gap between the best and the worst group; None if there is only one group."""
    if len(groups) < 2:
        return None
    worst, *_, best = sorted(groups, key=lambda name: float(groups[name]["accuracy"]))
    gap = groups[best]["accuracy"] - groups[worst]["accuracy"]
    interval = _newcombe(groups[best], groups[worst])
    return {"best": best, "worst": worst, "gap": gap, "gap_ci95": interval}


def _newcombe(some: dict[str, Any], others: dict[str, Any]) -> list[float]:
    """Return the 95 % interval of the difference between two accuracies.

    It is made of their Wilson intervals (Newcombe 1998, *Interval estimation for the difference
    between independent proportions*, method 10).
    """
    difference = some["accuracy"] - others["accuracy"]
    (low, high), (other_low, other_high) = some["accuracy_ci95"], others["accuracy_ci95"]
    below = math.hypot(some["accuracy"] - low, other_high - others["accuracy"])
    above = math.hypot(high - some["accuracy"], others["accuracy"] - other_low)
    return [difference - below, difference + above]
