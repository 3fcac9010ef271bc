"""Load a data set from class folders: DATA/<split>/<class>/."""

import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.imaging.picture_folders import list_pictures
from emotion_edge.model.contract import Contract
from train.data.balance import describe_imbalance
from train.data.cache import CachedImages, LabelledFile, load_images
from train.data.class_folders import (
    class_folders,
    describe_files,
    like_a_class,
    refuse_alike,
    report_left_out,
    report_unused,
    too_deep,
)
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
    """Return the class names: the sorted folder names of DATA/train, in Unicode's form NFC.

    Raises UserError if DATA/train does not exist or has fewer than two class folders, or two whose
    names differ only in capital letters.
    """
    if not data.is_dir():
        raise UserError(f"--data {data}: no such folder")
    labels = list(class_folders(data / "train"))
    for label in labels:
        if not label.isprintable():
            raise UserError(f"{data / 'train'}: rename the class folder {label!r}")
    if len(labels) < 2:
        found = f"only {labels[0]!r}" if labels else "none"
        raise UserError(
            f"{data / 'train'}: needs a folder for each of at least 2 classes; {found} found"
            f"{too_deep(data / 'train', labels)}"
        )
    refuse_alike(data / "train", labels)
    return labels


def load(data: Path, contract: Contract, cache: Path) -> Dataset:
    """Load DATA/train, DATA/validation and, if it exists, DATA/test, which becomes the holdout.

    Warns if a class has far fewer pictures than another. Raises UserError as `load_split` does.
    """
    report_unused(data)
    training = load_split(data / "train", contract, cache)
    numbers = np.bincount(training.targets, minlength=len(contract.labels)).tolist()
    if warning := describe_imbalance(dict(zip(contract.labels, numbers, strict=True))):
        print(f"{data / 'train'}: {warning}", file=sys.stderr)
    validation = load_split(data / "validation", contract, cache)
    if not (data / "test").is_dir():
        return Dataset(training, validation, validation, "validation")
    return Dataset(training, validation, load_split(data / "test", contract, cache), "test")


def load_split(folder: Path, contract: Contract, cache: Path) -> Split:
    """Load and preprocess the pictures in `folder`/<class>/, from `cache` if they are there.

    Prints the number of pictures. Raises UserError for an empty or unknown class folder, and if
    more than 5 % of the files, or all of a class, cannot be read. Fewer unreadable files, and
    everything else in the folder, are named on stderr and left out.
    """
    labels = tuple(unicodedata.normalize("NFC", label) for label in contract.labels)
    files = _list_files(folder, labels)
    _report_classes(folder, labels, files)
    cached = load_images(folder, files, contract, cache)
    _report_unreadable(folder, cached, files)
    targets = np.array([labels.index(label) for label in cached.labels])
    votes = read_votes(folder.parent, labels, list(zip(cached.labels, cached.paths, strict=True)))
    return Split(cached.images, targets, votes, cached.paths, cached.key)


def _list_files(folder: Path, labels: tuple[str, ...]) -> list[LabelledFile]:
    """Return (label, path) of every picture of a split, in a fixed order."""
    present = class_folders(folder)
    if unknown := sorted(set(present) - set(labels)):
        hints = like_a_class(unknown[0], labels) or too_deep(folder, unknown)
        raise UserError(f"{folder}: train has no class {', '.join(unknown)}{hints}")
    listings = {label: list(map(list_pictures, folders)) for label, folders in present.items()}
    for label, of_label in listings.items():
        if not any(listing.pictures for listing in of_label):
            others = describe_files(folder, [path for each in of_label for path in each.others])
            found = f"; it has {others}" if others else ""
            raise UserError(f"{folder}: no pictures in class folder {label}{found}")
    if not listings:
        raise UserError(f"{folder}: contains no class folders")
    report_left_out(folder, listings)
    return [
        (label, path)
        for label, each in listings.items()
        for lists in each
        for path in lists.pictures
    ]


def _report_classes(folder: Path, labels: tuple[str, ...], files: list[LabelledFile]) -> None:
    present = {label for label, _ in files}
    found = f"{amount(len(files), 'image')} belonging to {amount(len(present), 'class', 'classes')}"
    print(f"{folder}: Found {found}.", flush=True)
    if missing := set(labels) - present:
        print(f"{folder}: no pictures of {', '.join(sorted(missing))}", file=sys.stderr)


def _report_unreadable(folder: Path, cached: CachedImages, files: list[LabelledFile]) -> None:
    """Name the unreadable pictures; raise UserError if they are all pictures of a class."""
    for path, reason in cached.unreadable.items():
        print(f"left out {path}: {reason}", file=sys.stderr)
    if cached.unreadable:
        print(f"{folder}: left out {len(cached.unreadable)} of {len(files)}", file=sys.stderr)
    if lost := sorted({label for label, _ in files} - set(cached.labels)):
        reasons = {cached.unreadable[path] for label, path in files if label == lost[0]}
        raise UserError(f"{folder}: no picture of class {lost[0]} can be read: {min(reasons)}")
