"""Class folders of pictures to learn from, as `collect` writes them and training reads them."""

import logging
import os
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from emotion_edge.errors import UserError, shorten
from emotion_edge.imaging.picture_folders import is_hidden, list_pictures
from emotion_edge.model import limits
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.teaching.taught_file import MAX_FACES

log = logging.getLogger(__name__)
_TRAIN = "train"  # the split to learn from; the others are there to check what was learnt


class ClassPicture(NamedTuple):
    """A picture in a class folder. label: the folder's name in Unicode's form NFC."""

    label: str
    path: Path


def find_class_pictures(data: Path, labels: Sequence[str] = ()) -> list[ClassPicture]:
    """Return the pictures in the class folders of `data`, or of its folder train, sorted.

    labels: those to learn, none for all; what is left out is logged. Raises UserError if there
    are no pictures, also of one of `labels`, or more than `MAX_FACES`.
    """
    try:
        folder = data / _TRAIN if (data / _TRAIN).is_dir() else data
        classes = sorted(each for each in folder.iterdir() if _is_class(each))
    except OSError as error:
        raise UserError(f"--from {data}: {error.strerror}") from None
    found = [
        ClassPicture(as_label(each.name), path) for each in classes for path in _pictures(each)
    ]
    given = set(map(as_label, labels))
    wanted = [each for each in found if not given or each.label in given]
    if others := sorted({each.label for each in found} - {each.label for each in wanted}):
        log.info("left out, because no --label names them: %s", ", ".join(others))
    for label in given - {each.label for each in wanted}:
        raise UserError(f"--label {label}: no pictures in {folder / label}")
    _check_number(folder, len(wanted))
    return wanted


def as_label(name: str) -> str:
    """Return the label that a folder's name or an option stands for, in Unicode's form NFC."""
    return unicodedata.normalize("NFC", name)


def _pictures(folder: Path) -> list[Path]:
    found = list_pictures(folder)
    for each in found.skipped:
        if not os.access(each, os.R_OK | os.X_OK):
            log.warning("%s: cannot read this folder", each)
    return found.pictures


def _is_class(folder: Path) -> bool:
    return folder.is_dir() and not is_hidden(folder.name)


def _check_number(folder: Path, count: int) -> None:
    if not count:
        raise UserError(f"{folder}: no pictures in class folders", f"put them into {folder}/LABEL/")
    if count > MAX_FACES:
        raise UserError(
            f"{folder}: {count:,} pictures, and {MAX_FACES:,} are the most that teach a head",
            "train a network with them (python -m train), or use fewer",
        )


def choose_labels(known: Sequence[str], taught: Collection[str], *, only: bool) -> tuple[str, ...]:
    """Return the labels of the head: the model's and those that are taught.

    known: the model's labels. only: leave out those that are not taught. Raises UserError for a
    label that cannot be one, for two that differ only in capital letters, and for more than a model
    may have.
    """
    labels = tuple(dict.fromkeys(taught if only else (*known, *taught)))
    if len(labels) > limits.MAX_LABELS:
        raise UserError(
            f"{len(labels)} labels, and {limits.MAX_LABELS} are the most",
            "name those to learn by --label",
        )
    spelt = {label.casefold(): label for label in (*labels, *known)}
    for label in labels:
        if (other := spelt[label.casefold()]) != label:
            raise UserError(
                f"the labels {shorten(label)} and {shorten(other)} differ only in capital letters",
                "rename one of them",
            )
        if not limits.is_text(label) or label in (UNKNOWN, NO_FACE):
            raise UserError(f"the label {shorten(label)} cannot be used; choose another name")
    return labels
