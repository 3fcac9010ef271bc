"""Read and write what is known of labels besides the folders of the pictures.

DATA/votes.csv says how several people labelled each picture. It has one row for each: its path in
the data set, the number of people who chose each label, and the number who chose none of them.
Pictures without a row get one vote for the label of their folder.

DATA/unsure.txt lists labels, one in a line, that are often wrong in this data set. A network learns
from pictures with such a label only with teachers, and mostly what those say.

soft_labels.npz has the teachers' predictions: pictures (N,), their paths in the data set; labels
(classes,); scores (N, classes) float16.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.imaging.picture_formats import open_file
from emotion_edge.model.appended_files import UNREADABLE_ZIP
from emotion_edge.util.atomic_write import staged_write
from emotion_edge.util.regular_file import read_regular_file

VOTES_FILE, UNSURE_FILE, SOFT_LABELS_FILE = "votes.csv", "unsure.txt", "soft_labels.npz"
_PICTURE, _OTHERS = "picture", "(others)"
_ROUNDING = 0.01  # of float16, in a sum of scores
_MOST_MISSING = 0.01  # share of the pictures
_MAX_UNSURE = 64 * 1024  # bytes
_ADVICE = "copy the file again, or train the teachers again"

Votes = npt.NDArray[np.float32]


class SoftLabels(NamedTuple):
    """Teachers' predictions. pictures: N paths in the data set. scores: (N, classes), 0 to 1."""

    pictures: Sequence[str]
    labels: Sequence[str]
    scores: npt.NDArray[np.float32]

    def of(
        self, pictures: Sequence[str], labels: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        """Return the scores of the pictures that have some, and which of the pictures these are.

        pictures: N of them. Returns (M, classes), in the order of the pictures, and (N,). A few may
        have none, because another version's face detector finds other faces than the teachers saw.
        Raises UserError if more than a hundredth has none, or if the labels are others.
        """
        if tuple(labels) != tuple(self.labels):
            raise UserError(
                f"the soft labels are of {', '.join(self.labels)}, the data set has "
                f"{', '.join(labels)}: train the teachers again"
            )
        rows = {picture: row for row, picture in enumerate(self.pictures)}
        known = np.array([picture in rows for picture in pictures])
        missing = np.flatnonzero(~known)
        if len(missing) > _MOST_MISSING * len(pictures):
            raise UserError(
                f"no soft labels of {len(missing)} of {len(pictures)} pictures, such as "
                f"{pictures[missing[0]]}: prepare the data set as it was, or train the teachers "
                "again"
            )
        return self.scores[[rows[picture] for picture in compress(pictures, known)]], known

    def of_part(self, name: str) -> "SoftLabels":
        """Return those of a part of the data set, or all if no part has this name."""
        prefix = f"{name}/"
        inside = [i for i, picture in enumerate(self.pictures) if picture.startswith(prefix)]
        if not inside:
            return self
        names = [self.pictures[i].removeprefix(prefix) for i in inside]
        return self._replace(pictures=names, scores=self.scores[inside])


def write_soft_labels(folder: Path, labels: SoftLabels) -> None:
    """Write FOLDER/soft_labels.npz."""
    with staged_write(folder) as stage:
        np.savez_compressed(
            stage / SOFT_LABELS_FILE,
            pictures=np.array(labels.pictures),
            labels=np.array(labels.labels),
            scores=labels.scores.astype(np.float16),
        )


def read_soft_labels(path: Path) -> SoftLabels:
    """Read a file that `write_soft_labels` wrote. Raises UserError if it is not one."""
    try:
        with np.load(path) as archive:
            pictures, labels, scores = (archive[name] for name in SoftLabels._fields)
    except (*UNREADABLE_ZIP, TypeError) as error:
        raise UserError(f"{path}: cannot read soft labels from it: {error}", _ADVICE) from None
    if not _are_soft_labels(pictures, labels, scores):
        raise UserError(f"{path}: not a file of soft labels", _ADVICE)
    return SoftLabels(pictures.tolist(), labels.tolist(), scores.astype(np.float32))


def _are_soft_labels(
    pictures: npt.NDArray[Any], labels: npt.NDArray[Any], scores: npt.NDArray[Any]
) -> bool:
    return (
        (pictures.dtype.kind, labels.dtype.kind, scores.dtype.kind) == ("U", "U", "f")
        and scores.shape == (pictures.size, labels.size)
        and (pictures.ndim, labels.ndim) == (1, 1)
        and bool((scores >= 0).all())
        and np.allclose(scores.sum(axis=1, dtype=np.float64), 1, atol=_ROUNDING)
    )


def read_unsure(data: Path, labels: Sequence[str]) -> list[str]:
    """Return the labels that DATA/unsure.txt lists, none if there is no such file.

    Raises UserError if the file cannot be read, or if it lists one that is not in `labels`.
    """
    path = data / UNSURE_FILE
    try:
        lines = read_regular_file(path, _MAX_UNSURE).decode().splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot read it: {error}") from None
    listed = [unicodedata.normalize("NFC", line.strip()) for line in lines if line.strip()]
    if unknown := sorted(set(listed) - set(labels)):
        raise UserError(
            f"{path}: {', '.join(map(ascii, unknown))}: no label of this data set, which has "
            f"{', '.join(labels)}"
        )
    return listed


def write_unsure(data: Path, labels: Sequence[str]) -> None:
    """Write DATA/unsure.txt."""
    with staged_write(data) as stage:
        (stage / UNSURE_FILE).write_text("".join(f"{label}\n" for label in labels), "utf-8")


def write_votes(data: Path, labels: Sequence[str], votes: Mapping[str, Sequence[int]]) -> None:
    """Write DATA/votes.csv.

    votes: by path in `data`, the votes for each of `labels`, followed by those for none of them.
    """
    with staged_write(data) as stage, (stage / VOTES_FILE).open("w", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((_PICTURE, *labels, _OTHERS))
        writer.writerows((picture, *counts) for picture, counts in votes.items())


def read_votes(data: Path, labels: Sequence[str], pictures: Sequence[tuple[str, Path]]) -> Votes:
    """Return float32 (N, classes + 1): the votes for each label, and for none of them.

    pictures: (label, path) of each. A picture without a row has one vote, for its label. Columns
    that are not in `labels` count as votes for none of them. Raises UserError if the file is not
    one that `write_votes` writes, or if it has no column for one of `labels`.
    """
    known = _read_votes_file(data / VOTES_FILE, labels)
    hard_labels = np.eye(len(labels), len(labels) + 1, dtype=np.float32)
    rows = [
        known.get(path.relative_to(data).as_posix(), hard_labels[labels.index(label)])
        for label, path in pictures
    ]
    return np.array(rows, np.float32).reshape(-1, len(labels) + 1)


def _read_votes_file(path: Path, labels: Sequence[str]) -> dict[str, list[int]]:
    if not path.exists():
        return {}
    try:
        counts = _parse(path)
        votes = {picture: [row.pop(label) for label in labels] for picture, row in counts.items()}
    except KeyError as error:
        raise UserError(f"{path}: no column {error}, a label of this data set") from None
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise UserError(f"{path}: not a file of votes: {error}") from None
    for picture, named in votes.items():
        if min(named) < 0 or not sum(named):
            raise UserError(f"{path}: no vote for any label, or a negative number: {picture}")
    return {picture: [*named, sum(counts[picture].values())] for picture, named in votes.items()}


def _parse(path: Path) -> dict[str, dict[str, int]]:
    """Return the votes by picture and column."""
    with io.TextIOWrapper(open_file(path), encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if header[0] != _PICTURE:
        raise ValueError(f"its first column is not {_PICTURE}")
    return {row[0]: dict(zip(header[1:], map(int, row[1:]), strict=True)) for row in rows}
