"""The daemon asks by a file in its own folder, in which nothing is to be trusted."""

import os
import threading

import pytest

from emotion_edge.errors import RunError
from emotion_edge.updates.requests import REQUEST, take_request


@pytest.mark.parametrize(
    ("content", "request_"), [(b"check", "check"), (b"install\n", "install"), (b" check ", "check")]
)
def test_a_request_is_taken_once(tmp_path, content, request_):
    (tmp_path / REQUEST).write_bytes(content)
    assert take_request(tmp_path) == request_
    assert take_request(tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_no_folder_is_no_request(tmp_path):
    assert take_request(tmp_path / "nowhere") is None


@pytest.mark.parametrize("content", [b"", b"remove", b"check" + b" " * 100 + b"x", b"x" * 10**6])
def test_another_content_is_refused_and_removed(tmp_path, content):
    (tmp_path / REQUEST).write_bytes(content)
    with pytest.raises(RunError, match="asks neither to check nor to install; it was removed"):
        take_request(tmp_path)
    assert not list(tmp_path.iterdir())


def make_link(path):
    (path.parent / "secret").write_text("check")
    path.symlink_to(path.parent / "secret")


def make_lost_link(path):
    path.symlink_to("/nowhere/at/all")


def make_link_to_itself(path):
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    "make", [make_link, make_lost_link, make_link_to_itself, os.mkfifo, os.mknod]
)
def test_what_is_no_file_is_removed_and_neither_followed_nor_waited_for(tmp_path, make):
    make(tmp_path / REQUEST)
    ends = []
    thread = threading.Thread(target=lambda: ends.append(refusal(tmp_path)), daemon=True)
    thread.start()
    thread.join(20)
    assert "asks neither to check nor to install" in ends[0]
    assert not os.path.lexists(tmp_path / REQUEST)
    assert not (tmp_path / "secret").exists() or (tmp_path / "secret").read_text() == "check"


def refusal(folder):
    try:
        return take_request(folder)
    except RunError as error:
        return str(error)


def test_a_folder_in_its_place_is_told(tmp_path):
    (tmp_path / REQUEST).mkdir()
    with pytest.raises(RunError, match="cannot take the request: Is a directory"):
        take_request(tmp_path)
    with pytest.raises(RunError, match="cannot open the folder: Not a directory"):
        (tmp_path / "file").touch()
        take_request(tmp_path / "file")
