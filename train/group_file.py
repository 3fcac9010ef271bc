"""Read a table that says which group each picture of a split belongs to, such as one of people."""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError, escape
from emotion_edge.util.tables import read_table
from train.prepare.manifest import MANIFEST_FILE, read_sources
from train.wording import amount

_COLUMNS = ("picture", "group")


def read_groups(path: Path, data: Sequence[Path], pictures: Sequence[Path]) -> npt.NDArray[np.str_]:
    """Return the group of each picture, "" where the table has none.

    path: a CSV file with the columns picture and group. A picture is named by its path in its data
    set, by its file name, by its absolute path, or as it was called when it was prepared. data: the
    folders of the data set's parts. Raises UserError if no picture has a group, if two rows of a
    picture disagree, or if a name means several pictures. Rows of other pictures are counted on
    stderr.
    """
    rows = list(_rows(path))
    known = _find({name for _, name, _ in rows}, data, pictures)
    groups = [""] * len(pictures)
    others = 0
    for place, name, group in rows:
        numbers = known.get(name, [])
        if len(numbers) > 1:
            several = ", ".join(str(pictures[number]) for number in numbers[:2])
            raise UserError(f"{place}: {name} may be {several}: give its path in the data set")
        others += not numbers
        for number in numbers:
            if groups[number] not in ("", group):
                raise UserError(f"{place}: {name} is in the group {groups[number]!r}, too")
            groups[number] = group
    _report(path, others, groups)
    return np.array(groups)


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    for row in read_table(path, _COLUMNS):
        name, group = (row.text(column).strip() for column in _COLUMNS)
        if not (name and group):
            raise UserError(f"{row.place}: needs a picture and a group")
        yield row.place, str(Path(name)), group  # without ./ in front


def _find(wanted: set[str], data: Sequence[Path], pictures: Sequence[Path]) -> dict[str, list[int]]:
    """Return the numbers of the pictures that each wanted name means."""
    known: dict[str, list[int]] = {}
    sources = {
        folder / picture: Path(source)
        for folder in data
        for picture, source in read_sources(folder)
    }
    resolve = cache(Path.resolve)  # the pictures of a folder lie in the same one
    for number, path in enumerate(pictures):
        names = {*_ends(path), *_ends(resolve(path.parent) / path.name)}
        if source := sources.get(path):
            names |= {str(source), source.name}
        for name in names & wanted:
            known.setdefault(name, []).append(number)
    return known


def _ends(path: Path) -> Iterator[str]:
    """Yield a picture's absolute path, and that without its first folder, its first two, ..."""
    name = os.path.abspath(path)  # noqa: PTH100 - resolve() follows links
    yield name
    while "/" in name:
        name = name.partition("/")[2]
        yield name


def _report(path: Path, others: int, groups: Sequence[str]) -> None:
    without = groups.count("")
    if without == len(groups):
        raise UserError(
            f"{path}: none of its pictures is in this split; the column picture must have their "
            f"paths in the data set, or their names, see {MANIFEST_FILE}"
        )
    if others or without:
        print(
            f"{escape(str(path))}: {amount(others, 'row')} of other pictures; "
            f"{amount(without, 'picture')} without a group",
            file=sys.stderr,
        )
