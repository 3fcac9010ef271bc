"""Load a data set from class folders: DATA/<split>/<class>/."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import IMAGE_SUFFIXES, find_images
from emotion_edge.model.contract import Contract
from train.data.cache import CachedImages, LabelledFile, load_images
from train.data.soft_labels import Votes, read_votes
from train.wording import amount


@dataclass(frozen=True)
class Split:
    """One split of a data set.

    images: (N, height, width, channels) uint8, memory-mapped from the cache. targets: (N,) class
    indices. votes: (N, classes + 1) float32, the number of people who chose each label, and in the
    last column those who chose none of them (see `train.data.soft_labels`). paths: the image files.
    key: a digest of the files and of the preprocessing.
    """

    images: npt.NDArray[np.uint8]
    targets: npt.NDArray[np.int64]
    votes: Votes
    paths: list[Path]
    key: str

    @property
    def soft_labels(self) -> npt.NDArray[np.float32]:
        """Each label's share of the votes for a label, (N, classes); rows add up to 1."""
        named = self.votes[:, :-1]
        return np.asarray(named / named.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Dataset:
    """The splits of a data set. The finished model is evaluated on `holdout`.

    holdout_name: "test", or "validation" if the data set has no test split; `holdout` is then the
    same object as `validation`.
    """

    training: Split
    validation: Split
    holdout: Split
    holdout_name: str


def find_labels(data: Path) -> list[str]:
    """Return the class names: the sorted folder names of DATA/train.

    Raises UserError if DATA/train does not exist or has fewer than two class folders.
    """
    if not data.is_dir():
        raise UserError(f"--data {data}: no such folder")
    labels = _class_folders(data / "train")
    for label in labels:
        if not label.isprintable():
            raise UserError(f"{data / 'train'}: rename the class folder {label!r}")
    if len(labels) < 2:
        found = f"only {labels[0]!r}" if labels else "none"
        raise UserError(
            f"{data / 'train'}: needs a folder for each of at least 2 classes; {found} found"
        )
    return labels


def _class_folders(split: Path) -> list[str]:
    if not split.is_dir():
        raise UserError(f"{split}: no such folder; put pictures into {split}/<class>/")
    return sorted(p.name for p in split.iterdir() if p.is_dir() and not p.name.startswith("."))


def load(data: Path, contract: Contract, cache: Path) -> Dataset:
    """Load DATA/train, DATA/validation and, if it exists, DATA/test, which becomes the holdout.

    Raises UserError as `load_split` does.
    """
    training = load_split(data / "train", contract, cache)
    validation = load_split(data / "validation", contract, cache)
    if not (data / "test").is_dir():
        return Dataset(training, validation, validation, "validation")
    return Dataset(training, validation, load_split(data / "test", contract, cache), "test")


def load_split(folder: Path, contract: Contract, cache: Path) -> Split:
    """Load and preprocess the pictures in `folder`/<class>/, from `cache` if they are there.

    Prints the number of pictures. Raises UserError for an empty or unknown class folder, and if
    more than 5 % of the files cannot be read. Fewer unreadable files are named on stderr and left
    out.
    """
    labels = contract.labels
    files = _list_files(folder, labels)
    _report_classes(folder, labels, files)
    cached = load_images(folder, files, contract, cache)
    _report_unreadable(folder, cached, len(files))
    targets = np.array([labels.index(label) for label in cached.labels])
    votes = read_votes(folder.parent, labels, list(zip(cached.labels, cached.paths, strict=True)))
    return Split(cached.images, targets, votes, cached.paths, cached.key)


def _list_files(folder: Path, labels: tuple[str, ...]) -> list[LabelledFile]:
    """Return (label, path) of every picture of a split, in a fixed order."""
    present = _class_folders(folder)
    if unknown := set(present) - set(labels):
        raise UserError(f"{folder}: train has no class {', '.join(sorted(unknown))}")
    files = [(label, path) for label in present for path in find_images(folder / label)]
    if empty := set(present) - {label for label, _ in files}:
        suffixes = " ".join(sorted(IMAGE_SUFFIXES))
        raise UserError(
            f"{folder}: no pictures ({suffixes}) in class folder {', '.join(sorted(empty))}"
        )
    if not files:
        raise UserError(f"{folder}: contains no class folders")
    return files


def _report_classes(folder: Path, labels: tuple[str, ...], files: list[LabelledFile]) -> None:
    present = {label for label, _ in files}
    found = f"{amount(len(files), 'image')} belonging to {amount(len(present), 'class', 'classes')}"
    print(f"{folder}: Found {found}.", flush=True)
    if missing := set(labels) - present:
        print(f"{folder}: no pictures of {', '.join(sorted(missing))}", file=sys.stderr)


def _report_unreadable(folder: Path, cached: CachedImages, total: int) -> None:
    for path, reason in cached.unreadable.items():
        print(f"left out {path}: {reason}", file=sys.stderr)
    if cached.unreadable:
        print(f"{folder}: left out {len(cached.unreadable)} of {total}", file=sys.stderr)
