"""Files whose names come from outside."""

import os
import socket
import tracemalloc

import pytest

from emotion_edge.util.regular_file import read_regular_file


def reason(path, max_bytes=100):
    with pytest.raises(OSError) as caught:
        read_regular_file(path, max_bytes)
    return caught.value.strerror


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a" * 100)
    assert read_regular_file(path, 100) == b"a" * 100
    (tmp_path / "link").symlink_to(path)
    assert read_regular_file(tmp_path / "link", 100) == b"a" * 100
    assert reason(path, 99) == "larger than 99 bytes"


def test_a_file_that_says_it_is_empty_is_not_read_beyond_the_limit():
    with pytest.raises(OSError, match="larger than 5 bytes"):
        read_regular_file("/proc/self/status", 5)


def test_everything_else_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert reason(tmp_path / "pipe") == "not a regular file"
    assert reason("/dev/zero") == "not a regular file"
    assert reason(tmp_path) == "Is a directory"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert reason(tmp_path / "socket") == "No such device or address"
    assert reason(tmp_path / "none") == "No such file or directory"
    assert "null byte" in reason("a\0b")
    assert "surrogates not allowed" in reason("a\ud800b")


def test_a_huge_file_is_not_read(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(3 * 1024**3)
    tracemalloc.start()
    assert reason(tmp_path / "sparse") == "larger than 100 bytes"
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()
