"""The manifest DATA/prepared.csv: one row for each picture that was processed.

Each row is written before its picture. So wherever a run is interrupted, the next one knows all
pictures that exist. If a picture has several rows, the last one counts.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from emotion_edge.errors import UserError
from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.picture_formats import open_file
from emotion_edge.imaging.regions import Pixels, Region
from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json, read_crop_rule
from emotion_edge.util.atomic_write import staged_write
from train.prepare.group_split import SPLITS

MANIFEST_FILE = "prepared.csv"
WRITTEN = "written"


class Row(NamedTuple):
    """A row of the manifest: a picture's source, its person, and the outcome.

    key: identifies the picture whatever its name: a digest, or its number in FER2013. subject: the
    person, "" if unknown. outcome: WRITTEN, or why it was left out. picture: its path in the data
    set, "" if it was left out.
    """

    key: str
    source: str
    subject: str
    outcome: str
    picture: str = ""


class Manifest:
    """The manifest of a data set, including the rows of earlier runs."""

    def __init__(self, data: Path, rule: Mapping[str, float]) -> None:
        """Read the existing rows.

        rule: how the new faces are cropped. Raises UserError if the existing faces were cropped by
        another rule, because a model supports only one, or if the file is not a manifest.
        """
        self.data, self.rule, self._path = data, rule, data / MANIFEST_FILE
        self.rows: dict[str, Row] = {}
        has_faces = any((data / name).exists() for name in (CROP_FILE, *SPLITS))
        if has_faces and (other := read_crop_rule(data)) != rule:
            raise UserError(
                f"{data}: its faces are cropped by {other}, the new ones would be by {dict(rule)}: "
                "choose another --to"
            )
        if self._path.exists():
            self._read()

    def _read(self) -> None:
        content = _read_file(self._path)
        complete = _complete_rows(content)
        rows = _parse(self._path, complete)
        if complete != content:  # the disk was full in the middle of a row
            self._path.write_bytes(complete)
        self.rows = {row.key: row for row in rows}
        last = rows[-1] if rows else None
        # The last run may have ended between the row and its picture. Other missing pictures were
        # removed by somebody, who does not want them back.
        if last and last.picture and not (self.data / last.picture).exists():
            del self.rows[last.key]

    def add(self, row: Row, pixels: Pixels | None = None, face: Region | None = None) -> None:
        """Append a row unless the manifest has it already, then write the picture of a face.

        Raises UserError if another file has the picture's name, RunError if the disk is full.
        """
        if self.rows.get(row.key) == row:
            return
        path = self.data / row.picture
        if pixels is not None and path.exists():
            raise UserError(f"{path}: {MANIFEST_FILE} does not know this file; move it away")
        self._append(row)
        if pixels is not None and face is not None:
            with staged_write(path.parent) as stage:
                save_face(stage / path.name, pixels, face)
        self.rows[row.key] = row

    def _append(self, row: Row) -> None:
        if not (self.data / CROP_FILE).exists():
            with staged_write(self.data) as stage:
                (stage / CROP_FILE).write_text(crop_rule_json(self.rule))
        with self._path.open("a", encoding="utf-8", errors="surrogateescape", newline="") as file:
            header = [] if file.tell() else [Row._fields]
            csv.writer(file, lineterminator="\n").writerows([*header, row])


def read_sources(data: Path) -> list[tuple[str, str]]:
    """Return (picture, source) of each picture that DATA/prepared.csv lists; none without it.

    It changes nothing in the data set. Raises UserError if the file is not a manifest.
    """
    path = data / MANIFEST_FILE
    if not path.exists():
        return []
    rows = {row.key: row for row in _parse(path, _complete_rows(_read_file(path)))}
    return [(row.picture, row.source) for row in rows.values() if row.picture]


def _read_file(path: Path) -> bytes:
    try:
        with open_file(path) as file:
            return file.read()
    except OSError as error:
        raise UserError(f"{path}: cannot read it: {error.strerror}") from None


def _complete_rows(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]


def _parse(path: Path, content: bytes) -> list[Row]:
    lines = io.StringIO(content.decode("utf-8", "surrogateescape"), newline="")
    try:
        header, *rows = list(csv.reader(lines)) or [list(Row._fields)]
    except csv.Error:  # such as a field of more than 131,072 characters
        header, rows = [], []
    if tuple(header) != Row._fields or any(len(row) != len(header) for row in rows):
        raise UserError(f"{path}: not what this program writes; move it away")
    return [Row(*row) for row in rows]
