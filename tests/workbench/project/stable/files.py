"""The files that outlive an update: models, taught files, histories."""

import json
import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path

from emotion_edge.model.contract import _CHOICES, VERSION, Contract
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.pipeline.label_times import Seen
from emotion_edge.teaching import taught_file
from tests.edge.models import files_of
from tests.workbench.project.stable.shapes import shape


def files(folder: Path) -> dict[str, object]:
    """Return what is inside the files, and the version that says so."""
    return {
        "model": _model(),
        "taught file": {"version": taught_file.VERSION, "keys": sorted(taught_file._KEYS)},
        "history": _history(folder / "labels.db"),
    }


def _model() -> dict[str, object]:
    inside = files_of(SHIPPED)
    contract = json.loads(inside["contract.json"])
    assert contract["version"] == VERSION
    return {
        "version": VERSION,
        "files": sorted(inside),
        "contract.json": shape([contract]),
        "contract.json, keys that are read": sorted(each.name for each in fields(Contract)),
        "contract.json, values that are read": {name: [*each] for name, each in _CHOICES.items()},
        "golden.json": shape([json.loads(inside["golden.json"])]),
    }


def _history(file: Path) -> dict[str, object]:
    add_rows(file, [Row(0, 60, "happy", Seen(1.0, 1))])
    with closing(sqlite3.connect(file)) as database:
        ((version,),) = database.execute("PRAGMA user_version")
        columns = database.execute("PRAGMA table_info(labels)").fetchall()
    return {"version": version, "labels": {name: kind for _, name, kind, *_ in columns}}
