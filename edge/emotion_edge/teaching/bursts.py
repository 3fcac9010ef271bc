"""Bursts: pictures taken within seconds, which must not be taught and asked about in turn."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from emotion_edge.teaching.faces import TaughtFaces

APART = timedelta(seconds=10)  # between the pictures of two bursts, at least
FOLDS = 5
TIME_FORMAT = "%Y%m%d-%H%M%S-%f"
"""Of the time with which `emotion-edge collect` begins the names of its pictures."""
# Such a time, or that of a telephone: IMG_20261128_120000.jpg, PXL_20261128_120000123.jpg.
_IN_NAME = re.compile(r"(?<!\d)(\d{8})[-_](\d{6})(?:-?(\d{3,6}))?(?!\d)")


def number_bursts(names: Iterable[tuple[str, str]]) -> npt.NDArray[np.int64]:
    """Return the number of each picture's burst, (N,) int64.

    names: each picture's label and file name. The pictures of a burst have the same label and less
    than `APART` from one to the next. One whose name says no time is a burst of its own.
    """
    pictures = [(label, _time(name), place) for place, (label, name) in enumerate(names)]
    numbers = np.arange(len(pictures))
    timed = sorted((label, time, place) for label, time, place in pictures if time)
    for (label, time, place), (next_label, next_time, next_place) in pairwise(timed):
        if label == next_label and next_time - time < APART:
            numbers[next_place] = numbers[place]
    return numbers


def has_time(name: str) -> bool:
    """Return whether a file's name tells when the picture was taken."""
    return _time(name) is not None


def _time(name: str) -> datetime | None:
    match = _IN_NAME.search(name)
    try:
        return match and datetime.strptime("-".join(match.groups("0")), TIME_FORMAT)
    except ValueError:
        return None


def divide(faces: TaughtFaces) -> npt.NDArray[np.int64]:
    """Return the fold of each face, (N,) int64; -1 for those that are always taught.

    A burst is never divided, and the bursts of all labels are dealt out in turn. A label with a
    single burst is always taught: without it nothing would be known of the label.
    """
    folds, dealt = np.full(len(faces), -1), 0
    for label in range(len(faces.labels)):
        bursts = dict.fromkeys(faces.bursts[faces.targets == label].tolist())  # in their order
        for burst in bursts if len(bursts) > 1 else ():
            folds[faces.bursts == burst] = dealt % FOLDS
            dealt += 1
    return folds


def burst_means(
    values: npt.NDArray[np.float64], bursts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the mean of the values (N,) in each burst, (bursts,)."""
    _, places, counts = np.unique(bursts, return_inverse=True, return_counts=True)
    return np.asarray(np.bincount(places, values) / counts)
