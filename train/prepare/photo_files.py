"""Find the photographs in class folders, and the person whom each path names."""

import hashlib
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.imaging.picture_folders import is_picture, list_pictures
from emotion_edge.imaging.picture_formats import open_file
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from train.data.class_folders import class_folders, refuse_alike, report_left_out, split_called
from train.prepare.fer2013_csv import USAGES
from train.prepare.person_names import subject_of

# FER2013 as folders: train/happy/Training_3908.jpg, test/happy/PublicTest_4523.jpg.
_FER2013 = re.compile(rf"({'|'.join(USAGES)})_\d+(?!\d)")


class Photo(NamedTuple):
    """A photograph.

    path: its file. source, inside: its path relative to the root folder and to its class folder.
    subject: its person, "" if none is named. key: a digest, "" if the file cannot be opened. split:
    the split whose folder it is in, "" if the folders are only classes.
    """

    path: Path
    source: Path
    inside: Path
    label: str
    subject: str
    key: str
    split: str

    @property
    def group(self) -> str:
        """Identifies what must stay in one split: the person, or else the photograph itself."""
        return self.subject or self.key


def find_photos(folder: Path) -> list[Photo]:
    """Return the photographs in FOLDER/<class>/ or FOLDER/<split>/<class>/, in a fixed order.

    Names everything else in these folders on stderr. Raises UserError if the folder does not have
    this structure.
    """
    splits = find_splits(folder)
    labels = {label for place in splits.values() for label in class_folders(place)}
    _check_labels(folder, labels)
    found = list(_find_files(splits))
    if not found:
        raise UserError(f"--photos {folder}: no pictures in it; put them into <class>/")
    return [
        Photo(
            path,
            path.relative_to(folder),
            path.relative_to(class_folder),
            label,
            subject_of(path.relative_to(class_folder), labels),
            _digest(path),
            _split_in_fer2013(path, split, splits),
        )
        for split, label, class_folder, path in tqdm(found, "reading", unit=" images", disable=None)
    ]


def find_splits(folder: Path) -> dict[str, Path]:
    """Return the folders that have the classes, by split; "" for the folder itself.

    Raises UserError if the folder has other folders than classes or splits.
    """
    if not folder.is_dir():
        raise UserError(f"--photos {folder}: no such folder")
    names = list(class_folders(folder))
    splits = {split: name for name in names if (split := split_called(name))}
    if splits and len(splits) < len(names):
        raise UserError(
            f"--photos {folder}: its folders must be classes, or all be splits, not {names}"
        )
    if loose := sorted(path for path in folder.iterdir() if path.is_file() and is_picture(path)):
        raise UserError(f"--photos {folder}: {loose[0].name} is in no class folder")
    if not splits:
        _refuse_splits_within(folder)
    return {split: folder / name for split, name in splits.items()} or {"": folder}


def _refuse_splits_within(folder: Path) -> None:
    places = [place for each in class_folders(folder).values() for place in each]
    inside = class_folders(places[0]) if len(places) == 1 else {}
    if splits := list(filter(split_called, inside)):
        raise UserError(
            f"--photos {folder}: {' and '.join(splits)} in {places[0]} are one level too deep: "
            f"use --photos {places[0]}"
        )


def _check_labels(folder: Path, labels: Collection[str]) -> None:
    if reserved := {UNKNOWN, NO_FACE} & set(labels):
        raise UserError(f"--photos {folder}: {reserved.pop()!r} is a reserved label; rename it")
    refuse_alike(folder, sorted(labels))


def _find_files(splits: dict[str, Path]) -> Iterator[tuple[str, str, Path, Path]]:
    """Yield the split, class, class folder and path of each photograph."""
    for split, place in splits.items():
        folders = class_folders(place)
        listings = {label: list(map(list_pictures, each)) for label, each in folders.items()}
        report_left_out(place, listings)
        for label, each in folders.items():
            if not any(listing.pictures for listing in listings[label]):
                print(f"{place}: no pictures in class folder {label}", file=sys.stderr)
            for class_folder, listing in zip(each, listings[label], strict=True):
                yield from ((split, label, class_folder, path) for path in listing.pictures)


def _split_in_fer2013(path: Path, split: str, splits: dict[str, Path]) -> str:
    """Return a photograph's split: FER2013's, if its two test sets are in one folder."""
    match = _FER2013.match(path.name)
    is_joined = split == "test" and "validation" not in splits
    return USAGES[match[1]] if match and is_joined else split


def _digest(path: Path) -> str:
    """Return a digest of the content. Names do not identify photographs: files get moved."""
    try:
        digest = hashlib.sha256()
        with open_file(path) as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()[:16]
    except OSError:
        return ""
