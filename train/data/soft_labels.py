"""Read and write DATA/votes.csv: how several people labelled each picture.

The file has one row for each picture: its path in the data set, the number of people who chose
each label, and the number who chose none of them. Pictures without a row get one vote for the
label of their folder.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.imaging.picture_formats import open_file
from emotion_edge.util.atomic_write import staged_write

VOTES_FILE = "votes.csv"
_PICTURE, _OTHERS = "picture", "(others)"

Votes = npt.NDArray[np.float32]


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
