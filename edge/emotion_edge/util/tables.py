"""Tables: CSV files with a first line of column names."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from emotion_edge.errors import UserError
from emotion_edge.util.regular_file import read_regular_file

MAX_BYTES = 16_000_000  # a row for each frame of a day
MAX_COLUMNS = 100
MAX_NUMBER = 1e12


class TableRow(NamedTuple):
    """A row. place: the file and the line, for messages. values: by the name of the column."""

    place: str
    values: dict[str, str]

    def text(self, column: str) -> str:
        """Return a value; "" if the row or the table lacks it. Raises UserError for a NUL."""
        value = self.values.get(column) or ""
        if "\0" in value:
            raise UserError(f"{self.place}: there is a NUL in the column {column}")
        return value

    def number(self, column: str) -> float:
        """Return a value as a number; raises UserError unless it is one, and below `MAX_NUMBER`."""
        text = self.text(column)
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if abs(value) < MAX_NUMBER:
            return value
        raise UserError(f"{self.place}: {text[:40]!r} is not a number")


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[TableRow]:
    """Yield the rows of a table.

    Raises UserError if it cannot be read, has no rows or more than `MAX_COLUMNS`, lacks one of
    `columns` or has one twice.
    """
    try:
        text = read_regular_file(path, MAX_BYTES).decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        _check_columns(path, list(reader.fieldnames or []), columns)
        row = None
        for row in reader:
            yield TableRow(f"{path}, line {reader.line_num}", row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: cannot read it: {reason}") from None
    if row is None:
        raise UserError(f"{path}: no rows in it")


def _check_columns(path: Path, names: list[str], columns: tuple[str, ...]) -> None:
    if len(names) > MAX_COLUMNS:
        raise UserError(f"{path}: more than {MAX_COLUMNS} columns in its first line")
    if missing := [name for name in columns if name not in names]:
        raise UserError(f"{path}: no column {', '.join(missing)} in its first line")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise UserError(f"{path}: the column {twice[0][:40]!r} is there twice")
