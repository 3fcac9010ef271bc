"""One split of a data set in memory: images, targets, votes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from train.data.soft_labels import Votes

_ARRAYS = ("images", "targets", "votes", "unsure", "part")


@dataclass(frozen=True)
class Split:
    """One split of a data set.

    images: (N, height, width, channels) uint8, memory-mapped from the cache. targets: (N,) class
    indices. votes: (N, classes + 1) float32, the number of people who chose each label, and in the
    last column those who chose none of them. unsure: (N,) whether the label is one of those that
    DATA/unsure.txt lists (see `train.data.soft_labels` for both). part: (N,) the number of the data
    set's part. paths: the image files. pictures: their paths in the data set, with slashes. key: a
    digest of the files, of the preprocessing, and of `unsure`. taught: what teachers predict for
    the images, (N, classes); None without teachers.
    """

    images: npt.NDArray[np.uint8]
    targets: npt.NDArray[np.int64]
    votes: Votes
    unsure: npt.NDArray[np.bool_]
    part: npt.NDArray[np.int64]
    paths: list[Path]
    pictures: list[str]
    key: str
    taught: npt.NDArray[np.float32] | None = None

    @property
    def soft_labels(self) -> npt.NDArray[np.float32]:
        """Each label's share of the votes for a label, (N, classes); rows add up to 1."""
        named = self.votes[:, :-1]
        return np.asarray(named / named.sum(axis=1, keepdims=True))

    def sure(self) -> Self:
        """Return the split without the pictures whose labels are unsure."""
        return self.only(~self.unsure)

    def of_complete_parts(self) -> Self:
        """Return the split with those parts only that have all classes; all parts if none has."""
        classes = self.votes.shape[1] - 1
        numbers = np.unique(self.part).tolist()
        complete = [n for n in numbers if len(np.unique(self.targets[self.part == n])) == classes]
        return self.only(np.isin(self.part, complete or numbers))

    def only(self, wanted: npt.NDArray[np.bool_]) -> Self:
        """Return the split with some pictures only. wanted: (N,)."""
        if wanted.all():
            return self
        kept = np.flatnonzero(wanted)
        arrays = {name: getattr(self, name)[kept] for name in _ARRAYS}
        paths, pictures = [self.paths[i] for i in kept], [self.pictures[i] for i in kept]
        return replace(self, paths=paths, pictures=pictures, **arrays)


def join(splits: Mapping[str, Split]) -> Split:
    """Return the same split of all parts of a data set, by their names, as one.

    That of several parts is in memory.
    """
    each = list(splits.values())
    if len(each) == 1:
        return each[0]
    arrays = {name: np.concatenate([getattr(split, name) for split in each]) for name in _ARRAYS}
    arrays["part"] = np.repeat(np.arange(len(each)), [len(split.targets) for split in each])
    return Split(
        **arrays,
        paths=[path for split in each for path in split.paths],
        pictures=[f"{name}/{path}" for name, split in splits.items() for path in split.pictures],
        key=hashlib.sha256("".join(split.key for split in each).encode()).hexdigest(),
    )
