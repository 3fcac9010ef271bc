"""Read FER2013 and FER+ from one .npz file.

Its arrays are images (N, 48, 48) uint8, votes (N, 10) in the order of `VOTES`, split (N,) and
optionally name (N,), the numbers of the pictures in FER2013.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.model.appended_files import UNREADABLE_ZIP
from train.prepare.fer2013_types import SIDE, VOTES, Picture, majority, picture_name
from train.prepare.group_split import SPLITS

Array = npt.NDArray[Any]


def read_npz(path: Path) -> tuple[Iterator[Picture], int]:
    """Return the pictures of an .npz file, and their number. Raises UserError for other files."""
    images, votes, splits, names = _read_arrays(path)
    _check(path, images, votes, splits, names)
    numbers = [int(name) if str(name).isdecimal() else i for i, name in enumerate(names)]
    if len(set(numbers)) < len(images):
        raise UserError(f"{path}: several pictures of one name")
    rows = zip(numbers, splits.tolist(), images, votes.tolist(), strict=True)
    pictures = (
        Picture(picture_name(n), f"{path}, {n}", split, majority(counts), pixels, counts)
        for n, split, pixels, counts in rows
    )
    return pictures, len(images)


def _read_arrays(path: Path) -> tuple[Array, Array, Array, Array]:
    try:
        with np.load(path) as archive:
            images, votes, splits = (archive[name] for name in ("images", "votes", "split"))
            count = len(images)
            names = archive["name"] if "name" in archive else np.arange(count)
            return images, votes, splits, names
    # TypeError: the file is a renamed .npy, or `images` is a single number.
    except (*UNREADABLE_ZIP, TypeError) as error:
        raise UserError(f"{path}: cannot read it: {error}") from None


def _check(path: Path, images: Array, votes: Array, splits: Array, names: Array) -> None:
    count = len(images)
    expected = (count, SIDE, SIDE), (count, len(VOTES)), (count,), (count,)
    found = images.shape, votes.shape, splits.shape, names.shape
    if found != expected or images.dtype != np.uint8:
        raise UserError(
            f"{path}: images, votes, split and name are {images.dtype} {found}, "
            f"not uint8 {expected}"
        )
    if votes.dtype.kind not in "iu" or (votes < 0).any():
        raise UserError(f"{path}: votes are {votes.dtype}, not numbers of people, 0 or more")
    if unknown := set(splits.tolist()) - set(SPLITS):
        raise UserError(f"{path}: a split is {min(unknown)!r}, not {', '.join(SPLITS)}")
