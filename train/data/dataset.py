"""Load a data set: class folders DATA/<split>/<class>/, or several parts that have those.

A part is a folder DATA/<part>/<split>/<class>/, such as pictures of one origin. All parts are
trained on together.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emotion_edge.errors import UserError
from emotion_edge.model.contract import Contract
from emotion_edge.model.crop_rule import read_crop_rule
from train.data.balance import describe_imbalance
from train.data.class_folders import (
    class_folders,
    refuse_alike,
    report_beside_parts,
    report_unused,
    too_deep,
    visible_folders,
)
from train.data.image_folder import load_split
from train.data.soft_labels import UNSURE_FILE
from train.data.split import Split, join


@dataclass(frozen=True)
class Dataset:
    """The splits of a data set. The finished model is evaluated on `holdout`.

    training has pictures with unsure labels as well.
    holdout_name: "test", or "validation" if the data set has no test split; `holdout` is then the
    same object as `validation`.
    """

    training: Split
    validation: Split
    holdout: Split
    holdout_name: str


def find_parts(data: Path) -> list[Path]:
    """Return the folders of a data set's parts, sorted: those in DATA that have a folder train.

    Without such folders, DATA itself is the only part.
    """
    if not data.is_dir():
        raise UserError(f"--data {data}: no such folder")
    if (data / "train").is_dir():
        return [data]
    return [path for path in visible_folders(data) if (path / "train").is_dir()] or [data]


def find_labels(data: Path) -> list[str]:
    """Return the class names: the sorted folder names of train in all parts, in Unicode's form NFC.

    Raises UserError if the folder train of a part does not exist or has fewer than two class
    folders, or if the names of two classes differ only in capital letters.
    """
    folders = [part / "train" for part in find_parts(data)]
    labels = sorted({label for folder in folders for label in _labels_of(folder)})
    refuse_alike(folders[0] if len(folders) == 1 else data, labels)
    return labels


def find_crop_rule(data: Path) -> dict[str, float]:
    """Return the rule by which the faces of all parts are cropped; see `read_crop_rule`.

    Raises UserError if two parts have different ones.
    """
    rules = {part: read_crop_rule(part) for part in find_parts(data)}
    (first, rule), *others = rules.items()
    for part, other in others:
        if other != rule:
            raise UserError(
                f"{part}: its faces are cropped by {other}, those of {first} by {rule}: prepare "
                "them again, all by the same rule"
            )
    return rule


def _labels_of(folder: Path) -> list[str]:
    labels = list(class_folders(folder))
    for label in labels:
        if not label.isprintable():
            raise UserError(f"{folder}: rename the class folder {label!r}")
    if len(labels) < 2:
        found = f"only {labels[0]!r}" if labels else "none"
        raise UserError(
            f"{folder}: needs a folder for each of at least 2 classes; {found} found"
            f"{too_deep(folder, labels)}"
        )
    return labels


def load(data: Path, contract: Contract, cache: Path) -> Dataset:
    """Load train, validation and, if it exists, test, which becomes the holdout, of all parts.

    Warns if a class has far fewer pictures than another. Raises UserError as `load_split` does, and
    if a class has no picture in train whose label is sure, or if no picture of another split has.
    """
    parts = find_parts(data)
    _report_unused(data, parts)
    training = _load("train", parts, contract, cache)
    _check_classes(data, training, contract)
    validation = _load_sure("validation", parts, contract, cache)
    tests = [part for part in parts if (part / "test").is_dir()]
    if not tests:
        return Dataset(training, validation, validation, "validation")
    for part in parts:
        if part not in tests:
            print(f"{part}: no test/, so nothing of it is in the test", file=sys.stderr)
    return Dataset(training, validation, _load_sure("test", tests, contract, cache), "test")


def _report_unused(data: Path, parts: Sequence[Path]) -> None:
    for part in parts:
        report_unused(part)
    if parts != [data]:
        report_beside_parts(data, parts)


def _check_classes(data: Path, training: Split, contract: Contract) -> None:
    numbers = np.bincount(training.targets, minlength=len(contract.labels)).tolist()
    if warning := describe_imbalance(dict(zip(contract.labels, numbers, strict=True))):
        print(f"{data}: train: {warning}", file=sys.stderr)
    sure = set(training.sure().targets.tolist())
    if lost := [label for i, label in enumerate(contract.labels) if i not in sure]:
        raise UserError(
            f"{data}: train has no picture of {', '.join(lost)} with a sure label: add some, or "
            f"take the label out of {UNSURE_FILE}"
        )


def _load_sure(name: str, parts: Sequence[Path], contract: Contract, cache: Path) -> Split:
    split = _load(name, parts, contract, cache).sure()
    if not len(split.targets):
        raise UserError(
            f"{parts[0] / name}: no picture with a sure label: add some, or take labels out of "
            f"{UNSURE_FILE}"
        )
    return split


def _load(name: str, parts: Sequence[Path], contract: Contract, cache: Path) -> Split:
    splits = {part.name: load_split(part / name, contract, cache) for part in parts}
    return join(splits)


def load_one(name: str, data: Path, contract: Contract, cache: Path) -> tuple[Split, list[Path]]:
    """Load one split, without unsure labels, of all parts that have it; return it and the parts.

    Raises UserError as `load_split` does, and if no picture has a sure label.
    """
    parts = find_parts(data)
    having = [part for part in parts if (part / name).is_dir()] or parts[:1]
    return _load_sure(name, having, contract, cache), having
