"""Doctor checks the file of the history, and does not make or change it."""

import shutil
import subprocess
import sys

import pytest

from emotion_edge.commands.doctor.history_checks import history
from emotion_edge.errors import UserError
from emotion_edge.output.history.database import add_rows
from tests.edge.commands.doctor.helpers import run_doctor
from tests.edge.output.history.rows import row


def test_a_new_file_is_not_made(tmp_path):
    (found,) = history(tmp_path / "new.db")
    assert found[:2] == ("history", "ok")
    assert list(tmp_path.iterdir()) == []


def test_a_history_is_read(tmp_path):
    path = tmp_path / "labels.db"
    add_rows(path, [row("happy"), row("sad", 1)])
    before = path.read_bytes()
    found = run_doctor("--history", path, code=0)["history"]
    assert found["found"] == f"{path}: 2 rows, the last until 2027-01-15 08:02:00 UTC"
    assert path.read_bytes() == before


def test_without_a_history_nothing_is_said():
    assert list(history(None)) == []


def test_what_is_not_a_history_fails(tmp_path):
    path = tmp_path / "labels.db"
    path.write_text("notes")
    found = run_doctor("--history", path, code=1)["history"]
    assert found["status"] == "fail"
    assert "not a history of emotion-edge" in found["found"]
    assert found["remedy"] == "name another file"


@pytest.mark.parametrize("place", ["none/labels.db", "file/labels.db"])
def test_a_folder_that_is_none_is_reported(place, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="there is no folder"):
        list(history(tmp_path / place))


def test_a_folder_that_takes_no_files_fails_for_root_too():
    found = run_doctor("--history", "/proc/labels.db", code=1)["history"]
    assert found["status"] == "fail"
    assert found["found"] == "/proc/labels.db: /proc cannot be written to"


@pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may write everywhere; setpriv is missing"
)
@pytest.mark.parametrize("locked", ["", "labels.db"])
def test_a_file_that_cannot_be_written_is_reported(locked, tmp_path):
    path = tmp_path / "labels.db"
    add_rows(path, [row()])
    (tmp_path / locked).chmod(0o500)
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    command = [*drop, sys.executable, "-m", "emotion_edge", "doctor", "--history", path]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert f"fail  history: {path}: " in result.stdout
    assert "cannot be written to" in result.stdout
