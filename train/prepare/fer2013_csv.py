"""Read FER2013 and FER+ from their csv files.

`fer2013.csv` has the columns emotion, pixels and Usage. `fer2013new.csv` has the votes of ten
people on each picture, in the same order of rows.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from emotion_edge.errors import UserError
from train.prepare.fer2013_types import EMOTIONS, SIDE, VOTES, Picture, majority, picture_name

USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
NO_NAME = "no image name"
_COLUMNS = ("emotion", "pixels", "Usage")


class VotedLabel(NamedTuple):
    """A row of fer2013new.csv. label: one of EMOTIONS, or the reason for having none."""

    split: str
    label: str
    votes: list[int]


def read_csv(fer2013: Path, ferplus: Path | None) -> tuple[Iterator[Picture], int]:
    """Return the pictures of fer2013.csv, and their number.

    Their labels come from `ferplus`, if given. Raises UserError, here or while iterating, if a file
    is not as expected.
    """
    count = sum(1 for _ in _rows(fer2013, _COLUMNS))
    if not ferplus:
        return _read_fer2013(fer2013), count
    voted = read_ferplus(ferplus)
    if len(voted) != count:
        raise UserError(f"{ferplus}: has {len(voted)} rows, but {fer2013} has {count}")
    return _join(_read_fer2013(fer2013), voted, ferplus), count


def _join(pictures: Iterator[Picture], voted: list[VotedLabel], ferplus: Path) -> Iterator[Picture]:
    for picture, (split, label, votes) in zip(pictures, voted, strict=True):
        if split != picture.split:
            raise UserError(f"{picture.where}: Usage differs from the same row of {ferplus}")
        yield picture._replace(label=label, votes=votes)


def _read_fer2013(path: Path) -> Iterator[Picture]:
    for number, (where, (emotion, text, usage)) in enumerate(_rows(path, _COLUMNS)):
        if emotion not in map(str, range(len(EMOTIONS))):
            raise UserError(f"{where}: emotion is {emotion!r}, not 0 to {len(EMOTIONS) - 1}")
        try:
            pixels = np.frombuffer(bytes(map(int, text.split())), np.uint8).reshape(SIDE, SIDE)
        except ValueError:
            raise UserError(f"{where}: pixels are not {SIDE * SIDE} numbers of 0..255") from None
        label = EMOTIONS[int(emotion)]
        yield Picture(picture_name(number), where, _split(where, usage), label, pixels)


def read_ferplus(path: Path) -> list[VotedLabel]:
    """Return the rows of fer2013new.csv. Raises UserError if the file is not as expected."""
    result = []
    for where, (usage, name, *votes) in _rows(path, ("Usage", "Image name", *VOTES)):
        if not all(vote.isdecimal() for vote in votes):
            raise UserError(f"{where}: votes are not whole numbers")
        counts = list(map(int, votes))
        label = majority(counts) if name.strip() else NO_NAME
        result.append(VotedLabel(_split(where, usage), label, counts))
    return result


def _split(where: str, usage: str) -> str:
    if usage not in USAGES:
        raise UserError(f"{where}: Usage is {usage!r}, not {', '.join(USAGES)}")
    return USAGES[usage]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield the position of each row, for messages, and its values in `columns`."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = [name.strip() for name in file.readline(1000).split(",")]
            if missing := [name for name in columns if name not in header]:
                raise UserError(f"{path}: the first line names no column {', '.join(missing)}")
            places = [header.index(name) for name in columns]
            for number, row in enumerate(csv.reader(file, skipinitialspace=True), 2):
                if row and len(row) != len(header):
                    raise UserError(f"{path}, line {number}: {len(row)} columns, not {len(header)}")
                if row:
                    yield f"{path}, line {number}", [row[place] for place in places]
    except (OSError, csv.Error) as error:
        raise UserError(f"{path}: cannot read it: {error}") from None
