"""`emotion-edge teach` without the right to read or write something."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.edge.command_line import command, own_lines
from tests.edge.commands.teach.shades import SWAP, save_shade, save_shades
from tests.edge.models import INT8

pytestmark = pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may read and write everything; setpriv is missing"
)


@contextmanager
def rights(mode: int, *paths: Path) -> Iterator[None]:
    """Change what the owner may do with files and folders, for a while."""
    before = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(mode)
    yield
    for path, old in before.items():
        path.chmod(old)


def teach(data: Path, file: Path) -> subprocess.CompletedProcess[str]:
    """Run the command without root's rights to read and write everything."""
    drop = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    words = command("teach", "--model", INT8, "--from", data, "--to", file)
    return subprocess.run([*drop, *words], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def data(tmp_path):
    return save_shades(tmp_path / "data", SWAP)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "taught.json"


def test_folders_and_pictures_that_cannot_be_read_are_named(data, file):
    closed = [save_shade(data / "red" / "more" / "a.png", "blue").parent, data / "green"]
    with rights(0, *closed, data / "red" / "0.png"):
        result = teach(data, file)
    assert result.returncode == 0, result.stderr
    assert "Taught 11 faces: 6 blue, 5 red" in result.stdout
    lines = own_lines(result.stderr)
    assert len(lines) == 4  # one says that no name tells a time
    for folder in closed:
        assert f"emotion-edge: {folder}: cannot read this folder" in lines
    assert f"{data}/red/0.png: cannot read it: Permission denied" in result.stderr


def test_where_only_names_can_be_read_each_picture_is_named(data, file):
    (data / "red" / "link.png").symlink_to(data / "green" / "0.png")
    with rights(0o444, data / "green"):
        result = teach(data, file)
    assert result.returncode == 0, result.stderr
    assert "Taught 12 faces: 6 blue, 6 red" in result.stdout
    assert result.stderr.count("cannot read it: Permission denied") == 7


def test_class_folders_that_cannot_be_listed_are_refused(data, file):
    with rights(0, data):
        result = teach(data, file)
    assert result.returncode == 2
    assert f"--from {data}: Permission denied" in result.stderr


def test_a_folder_that_cannot_be_written_to_is_named_at_once(data, file):
    (data / "red" / "broken.png").write_text("a warning if it is read")
    with rights(0o555, file.parent):
        result = teach(data, file)
    assert result.returncode == 1
    (line,) = own_lines(result.stderr)
    assert f"cannot write to {file.parent}: Permission denied" in line


def test_another_owners_file_is_not_replaced(data, file):
    file.write_text("mine")
    with rights(0, file):
        result = teach(data, file)
    assert result.returncode == 2
    assert f"--to {file}: Permission denied; name another file" in result.stderr
    assert file.read_text() == "mine"
