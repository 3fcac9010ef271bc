"""The file: its rows, its mode, and files that are none."""

import os
import sqlite3
import stat
from contextlib import closing

import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.history import database
from emotion_edge.output.history.database import add_rows, opened
from tests.edge.output.history.rows import MINUTE, row, rows_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels #1?%41.db"  # SQLite takes an address


def test_rows_of_the_same_time_and_label_are_added_up(path):
    add_rows(path, [row("happy"), row("sad", count=1)])
    add_rows(path, [row("happy", seconds=0.5, count=4), row("happy", 1), row("happy", span=3600)])
    assert rows_of(path) == [
        (MINUTE, 60, "happy", 3.0, 24),
        (MINUTE, 3600, "happy", 2.5, 20),
        (MINUTE, 60, "sad", 2.5, 1),
        (MINUTE + 60, 60, "happy", 2.5, 20),
    ]


@pytest.mark.parametrize(
    "label", ["開心", 'it\'s "50 %"; DROP TABLE labels', "=1+1", "😀‍", "a" * 200]
)
def test_a_label_can_be_any_text(label, path):
    add_rows(path, [row(label)])
    assert [each[2] for each in rows_of(path)] == [label]


def test_only_the_owner_may_read_the_file_and_those_beside_it(path):
    before = os.umask(0)
    try:
        add_rows(path, [row()])
        with opened(path):  # while somebody reads, the log stays
            add_rows(path, [row()])
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {f"{path.name}{end}": 0o600 for end in ("", "-wal", "-shm")}
    assert list(path.parent.iterdir()) == [path]


def test_the_file_can_be_removed_between_two_writes(path):
    add_rows(path, [row()])
    path.unlink()
    add_rows(path, [row("sad")])
    assert [each[2] for each in rows_of(path)] == ["sad"]


def test_what_is_too_old_is_removed_and_leaves_no_trace(path):
    add_rows(path, [row(f"former{minute}", minute) for minute in range(100)])
    add_rows(path, [row("later", 200), row("wrong clock", 999)], (MINUTE + 6000, MINUTE + 30_000))
    assert [each[2] for each in rows_of(path)] == ["later"]
    content = path.read_bytes()
    assert b"later" in content
    assert b"former" not in content
    assert b"wrong clock" not in content


def others(path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE labels (start, span, label, seconds, count)")
        other.commit()


def newer(path):
    add_rows(path, [])
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {database.VERSION + 1}")


WRONG = {
    "text": (lambda path: path.write_text("time,label\n" * 1000), "not a history", "name another"),
    "somebody else's database": (others, "not a history", "name another file"),
    "of a newer version": (newer, "of version 2", "upgrade emotion-edge"),
    "a pipe": (os.mkfifo, "a pipe", ""),
    "a folder": (lambda path: path.mkdir(), "Is a directory", ""),
    "in no folder": (lambda path: path.parent.rmdir(), "No such file or directory", ""),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_file_that_is_no_history_is_refused_and_not_changed(kind, tmp_path):
    path = tmp_path / "folder" / "other"
    path.parent.mkdir()
    make, found, remedy = WRONG[kind]
    make(path)
    before = path.read_bytes() if path.is_file() else None
    for use in (lambda: add_rows(path, [row()]), opened(path).__enter__):
        with pytest.raises(UserError) as error:
            use()
        assert str(path) in error.value.found
        assert found in error.value.found
        assert remedy in error.value.remedy
    assert before == (path.read_bytes() if path.is_file() else None)


def test_a_damaged_file_is_refused(path):
    add_rows(path, [row(f"label {i}") for i in range(500)])
    content = path.read_bytes()
    path.write_bytes(content[:4096] + os.urandom(4096) + content[8192:])
    with pytest.raises(UserError, match="damaged"):
        add_rows(path, [row(f"label {i}") for i in range(500)])


def test_a_file_that_another_program_has_locked_is_left_alone(path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    add_rows(path, [row()])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RunError, match="another program has locked it"):
            add_rows(path, [row()])
        with opened(path) as reader:  # reading goes on
            assert reader.execute("SELECT count(*) FROM labels").fetchone() == (1,)
        other.execute("ROLLBACK")
    add_rows(path, [row()])
    assert rows_of(path) == [(MINUTE, 60, "happy", 5.0, 40)]


def test_an_empty_file_becomes_a_history(path):
    path.touch()
    with pytest.raises(UserError, match="nothing in it yet"), opened(path):
        pass
    add_rows(path, [row()])
    assert len(rows_of(path)) == 1
