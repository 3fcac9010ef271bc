"""A damaged checkpoint is refused in one line that names its folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbench.conftest import digests, overwrite
from tests.workbench.train.engine.runs import train_in_process


def truncate(path: Path) -> None:
    """Keep the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    """Leave a file of no bytes."""
    path.write_bytes(b"")


def garble(path: Path) -> None:
    """Replace bytes in the middle of a file; its length stays."""
    overwrite(path, path.read_bytes(), 8)


def make_unreadable(path: Path) -> None:
    """Put a folder in a file's place, which not even root can read as a file."""
    path.unlink()
    path.mkdir()


def assert_refused(data: Path, build: Path, reason: str) -> None:
    """Assert that --resume ends with exit code 2 and one line, and changes nothing."""
    before = digests(build / "checkpoint")
    result = train_in_process(data, build, "--epochs", 4, "--resume")
    assert result.returncode == 2, result.stderr
    (error,) = [line for line in result.stderr.splitlines() if "error" in line]
    assert f"cannot read the run in {build / 'checkpoint'} ({reason}" in error
    assert "remove this folder, or leave out --resume" in error
    assert digests(build / "checkpoint") == before


@pytest.fixture
def build(finished_run, tmp_path) -> Path:
    """A build folder with the checkpoint of a finished run."""
    shutil.copytree(finished_run[0] / "checkpoint", tmp_path / "checkpoint")
    return tmp_path


@pytest.mark.parametrize("damage", [truncate, empty, garble, make_unreadable, Path.unlink])
@pytest.mark.parametrize("pattern", ["last-*.keras", "kept-*.weights.h5"])
def test_a_damaged_file_is_named(pattern, damage, build, data):
    (path,) = (build / "checkpoint").glob(pattern)
    damage(path)
    assert_refused(data, build, path.name)


@pytest.mark.parametrize("damage", [truncate, empty, make_unreadable])
def test_a_damaged_state_is_refused(damage, build, data):
    damage(build / "checkpoint" / "state.json")
    assert_refused(data, build, "state.json")


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"[" * 100_000, b"[]", b"{}", b"null", b"3", b'"text"'],
    ids=["bytes", "nested", "list", "object", "null", "number", "text"],
)
def test_json_of_another_shape_is_refused(content, build, data):
    (build / "checkpoint" / "state.json").write_bytes(content)
    assert_refused(data, build, "state.json is damaged or from another version")


def without_digests(state: dict) -> dict:
    """Return the state as version 0.1 wrote it."""
    return {name: value for name, value in state.items() if name not in ("sha256", "run")}


@pytest.mark.parametrize(
    "change",
    [
        without_digests,
        lambda state: state | {"settings": []},
        lambda state: state | {"history": []},
        lambda state: state | {"history": {}},
        lambda state: state | {"history": [1, 2, 3, 4]},
        lambda state: state | {"history": state["history"][1:]},
        lambda state: state | {"history": [{"epoch": 1}]},
        lambda state: state | {"history": [row | {"loss": "1"} for row in state["history"]]},
        lambda state: state | {"history": [*state["history"][:3], {"epoch": 4}]},
        lambda state: state | {"dropout": None},
        lambda state: state | {"dropout": [["a", 1]]},
        lambda state: state | {"dropout": []},
        lambda state: state | {"dropout": [[1, 2, 3]]},
        lambda state: state | {"dropout": [[-1, 2**40]]},
        lambda state: state | {"seconds": None},
        lambda state: state | {"last": 3},
        lambda state: state | {"last": "../state.json"},
        lambda state: state | {"kept": ""},
        lambda state: state | {"sha256": "text"},
        lambda state: state | {"sha256": [state["last"], state["kept"]]},
        lambda state: state | {"new": 1},
    ],
)
def test_a_state_with_other_values_is_refused(change: Callable[[dict], dict], build, data):
    path = build / "checkpoint" / "state.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    assert_refused(data, build, "")


def test_a_file_in_the_folders_place_is_refused(build, data):
    shutil.rmtree(build / "checkpoint")
    (build / "checkpoint").write_bytes(b"not a folder")
    assert_refused(data, build, "state.json: Not a directory")
