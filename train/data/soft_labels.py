"""What several people said of each picture: DATA/votes.csv, from which soft labels come.

A line for each picture: its path in the data set, how many people gave it each label, and how many
said something that is no label. Pictures without a line have the label of their folder alone.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.util.atomic_write import staged_write

VOTES_FILE = "votes.csv"
_PICTURE, _OTHERS = "picture", "(others)"

Votes = npt.NDArray[np.float32]


def write_votes(data: Path, labels: Sequence[str], votes: Mapping[str, Sequence[int]]) -> None:
    """Write the votes of pictures, by their path in `data`: of each label, then of no label."""
    with staged_write(data) as stage, (stage / VOTES_FILE).open("w", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((_PICTURE, *labels, _OTHERS))
        writer.writerows((picture, *counts) for picture, counts in votes.items())


def read_votes(data: Path, labels: Sequence[str], pictures: Sequence[tuple[str, Path]]) -> Votes:
    """Return float32 (N, classes + 1): the votes for each label, and for none of them.

    pictures: label and path of each; without a line one vote, for its label. Raises UserError for
    a file that is not what `write_votes` writes, or lacks a label. A column that is none of
    `labels` is as good as no label.
    """
    known = _read(data / VOTES_FILE, labels)
    alone = np.eye(len(labels), len(labels) + 1, dtype=np.float32)
    rows = [
        known.get(path.relative_to(data).as_posix(), alone[labels.index(label)])
        for label, path in pictures
    ]
    return np.array(rows, np.float32).reshape(-1, len(labels) + 1)


def _read(path: Path, labels: Sequence[str]) -> dict[str, list[int]]:
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
            if header[0] != _PICTURE:
                raise ValueError(f"its first column is not {_PICTURE}")
            counts = {row[0]: dict(zip(header[1:], map(int, row[1:]), strict=True)) for row in rows}
        votes = {picture: [said.pop(label) for label in labels] for picture, said in counts.items()}
    except KeyError as error:
        raise UserError(f"{path}: no column {error}, a label of this data set") from None
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise UserError(f"{path}: not a file of votes: {error}") from None
    if odd := [picture for picture, said in votes.items() if min(said) < 0 or not sum(said)]:
        raise UserError(f"{path}: no vote for any label, or fewer than none: {odd[0]}")
    return {picture: [*said, sum(counts[picture].values())] for picture, said in votes.items()}
