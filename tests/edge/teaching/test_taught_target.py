"""Where a taught file may be written."""

import os
import stat
from pathlib import Path

import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.teaching.taught_target import check_target
from tests.edge.models import INT8
from tests.edge.teaching.taught_files import SWAPPED, write


def refused(path) -> str:
    with pytest.raises(UserError) as error:
        check_target(path)
    return str(error.value)


@pytest.mark.parametrize("length", [1000, 100, 20])
def test_an_earlier_taught_file_may_be_replaced_even_a_damaged_one(tmp_path, length):
    file = write(tmp_path / "taught.json", *SWAPPED)
    check_target(file)
    file.write_bytes(file.read_bytes()[:length])
    check_target(file)
    file.write_text("")
    check_target(file)


def test_the_folder_is_made(tmp_path):
    check_target(tmp_path / "a" / "b" / "taught.json")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("content", [INT8.read_bytes(), b'{"source": "picamera2"}', b"\n"])
def test_no_other_file_is_replaced(tmp_path, content):
    file = tmp_path / "other"
    file.write_bytes(content)
    assert "would replace a file that is not a taught file; name another" in refused(file)
    assert file.read_bytes() == content


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, reason in {
        "pipe": "is a pipe or a device; name another file",
        ".": "is a folder: name a file, such as taught.json",
        "loop": "Too many levels",
        "x" * 300: "File name too long",
    }.items():
        assert reason in refused(tmp_path / name)
    assert "is a pipe or a device" in refused(Path(os.devnull))


def test_a_folder_that_cannot_be_is_a_failure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write to"):
        check_target(tmp_path / "file" / "taught.json")


def test_a_link_stays_one_and_its_file_is_written(tmp_path):
    (tmp_path / "link").symlink_to("folder/taught.json")
    check_target(tmp_path / "link")
    for _ in range(2):
        write(tmp_path / "link", *SWAPPED)
        check_target(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "folder" / "taught.json").lstat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "folder").iterdir()] == ["taught.json"]
