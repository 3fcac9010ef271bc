"""What was prepared: a csv in the data set, a line for each picture that was looked at.

A line is written before its picture is. So whatever ends the program, the next run knows the
pictures of the last one, and no picture is there that the ledger does not know. Of several lines
about one picture the last counts.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.errors import UserError
from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json, read_crop_rule
from emotion_edge.util.atomic_write import staged_write
from train.prepare.group_split import SPLITS

LEDGER = "prepared.csv"
WRITTEN = "written"


class Row(NamedTuple):
    """A line: where a picture is from, who is on it, and what became of it.

    key: what it is, whatever it is called: a digest, or its number in FER2013. picture: its path in
    the data set, "" where it was left out.
    """

    key: str
    source: str
    subject: str
    outcome: str
    picture: str = ""


class Ledger:
    """The lines of a data set, those of former runs among them."""

    def __init__(self, data: Path, rule: Mapping[str, float]) -> None:
        """Read the lines that are there.

        rule: how the faces to be added are cut. Raises UserError where those that are there were
        cut by another one, for the edge can cut by one only, or where the lines are no ledger.
        """
        self.data, self.rule, self._path = data, rule, data / LEDGER
        self.rows: dict[str, Row] = {}
        has_faces = any((data / name).exists() for name in (CROP_FILE, *SPLITS))
        if has_faces and (other := read_crop_rule(data)) != rule:
            raise UserError(
                f"{data}: its faces are cut by {other}, these would be by {dict(rule)}: take "
                "another --to"
            )
        if self._path.exists():
            self._read()

    def _read(self) -> None:
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        lines = io.StringIO(whole.decode("utf-8", "surrogateescape"), newline="")
        header, *rows = list(csv.reader(lines)) or [list(Row._fields)]
        if tuple(header) != Row._fields or any(len(row) != len(header) for row in rows):
            raise UserError(f"{self._path}: not what this program writes; move it away")
        if whole != content:  # the disk was full in the middle of a line
            self._path.write_bytes(whole)
        self.rows = {row[0]: Row(*row) for row in rows}
        last = Row(*rows[-1]) if rows else None
        # The program may have ended between line and picture. Others that are not there were
        # removed by somebody, who will not want them back.
        if last and last.picture and not (self.data / last.picture).exists():
            del self.rows[last.key]

    def add(self, row: Row, pixels: npt.NDArray[np.uint8] | None = None) -> None:
        """Note a picture, unless the ledger says the same already, and write its pixels as PNG.

        Raises UserError where another file has the picture's name, RunError for a full disk.
        """
        if self.rows.get(row.key) == row:
            return
        path = self.data / row.picture
        if pixels is not None and path.exists():
            raise UserError(f"{path}: {LEDGER} does not know this file; move it away")
        self._append(row)
        if pixels is not None:
            with staged_write(path.parent) as stage:
                # Level 1 takes a fifth of the time of the default and hardly more space.
                Image.fromarray(pixels).save(stage / path.name, compress_level=1)
        self.rows[row.key] = row

    def _append(self, row: Row) -> None:
        if not (self.data / CROP_FILE).exists():
            with staged_write(self.data) as stage:
                (stage / CROP_FILE).write_text(crop_rule_json(self.rule))
        with self._path.open("a", encoding="utf-8", errors="surrogateescape", newline="") as file:
            header = [] if file.tell() else [Row._fields]
            csv.writer(file, lineterminator="\n").writerows([*header, row])
