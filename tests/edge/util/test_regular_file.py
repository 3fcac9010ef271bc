"""Files are read whole, bounded and without waiting, or refused."""

import os
import socket
import time
import tracemalloc
from pathlib import Path

import pytest

from emotion_edge.util.regular_file import read_regular_file
from tests.edge.waiting import PROMPT_S


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_file_up_to_the_limit_is_read_also_through_a_link(tmp_path, size):
    (tmp_path / "file").write_bytes(b"x" * size)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_regular_file(tmp_path / "file", 10) == b"x" * size
    assert read_regular_file(tmp_path / "link", 10) == b"x" * size


def make(kind: str, path) -> None:
    """Put something that is no file of at most ten bytes at a path."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind(str(path))
    elif kind == "larger":
        path.write_bytes(b"x" * 11)
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(3 << 30)
    else:
        path.symlink_to(kind)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("pipe", "it is a pipe"),
        ("socket", "it is a pipe, a device or a socket"),
        ("/dev/zero", "a device"),
        ("folder", "Is a directory"),
        ("larger", "more than 10 bytes"),
        ("huge", "more than 10 bytes"),
        ("nothing", "No such file"),
    ],
)
def test_everything_else_is_refused_at_once_with_a_reason(tmp_path, monkeypatch, kind, reason):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    make(kind, tmp_path / "it")
    tracemalloc.start()
    start = time.monotonic()
    with pytest.raises(OSError, match=reason) as raised:
        read_regular_file(tmp_path / "it", 10)
    assert time.monotonic() - start < PROMPT_S
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
    assert raised.value.strerror


def test_a_pipe_that_takes_the_files_place_is_not_waited_for(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    found = (tmp_path / "file").stat()
    monkeypatch.setattr(Path, "stat", lambda path: found)
    with pytest.raises(OSError, match="it is a pipe"):
        read_regular_file(tmp_path / "pipe", 10)


def test_a_file_that_says_it_is_empty_is_not_read_beyond_the_limit():
    with pytest.raises(OSError, match="more than 5 bytes"):
        read_regular_file(Path("/proc/self/status"), 5)


@pytest.mark.parametrize(
    ("name", "reason"), [("a\0b", "null (byte|character)"), ("a\ud800b", "surrogates")]
)
def test_a_name_that_no_file_can_have_is_refused(name, reason):
    with pytest.raises(OSError, match=reason):
        read_regular_file(Path(name), 5)
