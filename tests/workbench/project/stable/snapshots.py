"""The files that hold what is promised, one for each kind."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"


def path_of(kind: str) -> Path:
    """Return the file of a kind."""
    return FOLDER / f"{kind}.json"


def read(kind: str) -> dict[str, object]:
    """Return what is promised of a kind."""
    return json.loads(path_of(kind).read_text(encoding="utf-8"))


def write(kind: str, present: dict[str, object]) -> None:
    """Promise what there is at present."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(present, indent=2, sort_keys=True, ensure_ascii=False)
    path_of(kind).write_text(f"{text}\n", encoding="utf-8")
