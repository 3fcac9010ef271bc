"""Load one split of a data set from its class folders."""

import hashlib
import sys
import unicodedata
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError, escape
from emotion_edge.imaging.picture_folders import list_pictures
from emotion_edge.model.contract import Contract
from train.data.cache import CachedImages, LabelledFile, load_images
from train.data.class_folders import (
    class_folders,
    describe_files,
    like_a_class,
    report_left_out,
    too_deep,
)
from train.data.soft_labels import read_unsure, read_votes
from train.data.split import Split
from train.wording import amount


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
    unsure = np.isin(cached.labels, read_unsure(folder.parent, labels))
    return Split(
        cached.images,
        targets,
        votes,
        unsure,
        part=np.zeros(len(targets), np.int64),
        paths=cached.paths,
        pictures=[path.relative_to(folder.parent).as_posix() for path in cached.paths],
        key=_key(cached.key, unsure),
    )


def _key(of_images: str, unsure: npt.NDArray[np.bool_]) -> str:
    if not unsure.any():
        return of_images
    return hashlib.sha256(of_images.encode() + unsure.tobytes()).hexdigest()


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
    print(escape(f"{folder}: Found {found}."), flush=True)
    if missing := set(labels) - present:
        print(escape(f"{folder}: no pictures of {', '.join(sorted(missing))}"), file=sys.stderr)


def _report_unreadable(folder: Path, cached: CachedImages, files: list[LabelledFile]) -> None:
    """Name the unreadable pictures; raise UserError if they are all pictures of a class."""
    for path, reason in cached.unreadable.items():
        print(escape(f"left out {path}: {reason}"), file=sys.stderr)
    if count := len(cached.unreadable):
        print(escape(f"{folder}: left out {count} of {len(files)}"), file=sys.stderr)
    if lost := sorted({label for label, _ in files} - set(cached.labels)):
        reasons = {cached.unreadable[path] for label, path in files if label == lost[0]}
        raise UserError(f"{folder}: no picture of class {lost[0]} can be read: {min(reasons)}")
