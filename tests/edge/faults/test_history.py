"""The disk under a history is full, read-only or slow, the file is no history or locked."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.edge.command_line import edge
from tests.edge.daemon import Daemon
from tests.edge.output.history.rows import rows_of, totals_of
from tests.edge.preloading import CLOCK, compile_library
from tests.edge.waiting import until

# Each quarter of a second in place of each minute.
QUICKLY = """
from emotion_edge.output.history import sink
sink.WRITE_EVERY_S = 0.25
"""


@pytest.fixture
def run(tmp_path, daemon, changing) -> Callable[..., Daemon]:
    """A function that starts the daemon with a history that is written quickly."""
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(QUICKLY)
    path = f"{tmp_path / 'start'}:{os.environ.get('PYTHONPATH', '')}"

    def start(history: Path, **more: object) -> Daemon:
        environment = {"PYTHONPATH": path, **more.pop("env", {})}
        return daemon("--source", changing, "--history", history, env=environment, **more)

    return start


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """The folder of a disk of a megabyte; skips the test if none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder):
        pytest.skip("nothing can be mounted here: only root can")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def mount(*words: object) -> bool:
    return not subprocess.run(["mount", *words], check=False).returncode


def frames(path: Path) -> int:
    """Return how many frames a history has counted; 0 if it is just being made."""
    with suppress(sqlite3.OperationalError):
        return sum(count for _, count in totals_of(path).values()) if path.exists() else 0
    return 0


def check_goes_on(run: Daemon, path: Path, trouble: str) -> None:
    """Check that a daemon warns once of a history, and goes on."""
    run.wait_stderr(f"--history {path}: {trouble}")
    run.wait_lines(3)
    assert run.stderr.count("--history") == 1


def check_recovers(run: Daemon, path: Path) -> None:
    """Check that a history is written again, with what was seen in the meantime."""
    run.wait_stderr(f"--history {path}: it is written again")
    assert frames(path) >= 20
    assert run.end()[0] == 0
    assert "lost" not in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_full_disk(run, disk, from_the_start):
    path = disk / "labels.db"
    if not from_the_start:
        started = run(path)
        until(lambda: frames(path), "a row")
    with suppress(OSError), (disk / "fill").open("wb", buffering=0) as fill:
        while True:
            fill.write(bytes(1024))
    if from_the_start:
        started = run(path)
    check_goes_on(started, path, "the disk is full")
    (disk / "fill").unlink()
    check_recovers(started, path)


def test_a_read_only_disk(run, disk):
    path = disk / "labels.db"
    started = run(path)
    until(lambda: frames(path), "a row")
    until(lambda: mount("-o", "remount,ro", disk), "a moment in which it is not written")
    check_goes_on(started, path, "the disk is read-only")
    result = edge("history", path)
    assert result.returncode == 0, result.stderr
    assert "red" in result.stdout
    assert mount("-o", "remount,rw", disk)
    check_recovers(started, path)


def test_a_file_that_another_program_has_locked(run, tmp_path):
    path = tmp_path / "labels.db"
    started = run(path)
    until(lambda: frames(path), "a row")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        check_goes_on(started, path, "another program has locked it")
        other.execute("ROLLBACK")
    check_recovers(started, path)


def test_a_file_that_is_no_history(run, tmp_path):
    path = tmp_path / "labels.db"
    path.write_text("time,label\n" * 1000)
    started = run(path)
    check_goes_on(started, path, "it is not a history of emotion-edge; name another file")
    assert path.read_text() == "time,label\n" * 1000
    path.unlink()
    check_recovers(started, path)


def test_a_folder_that_is_not_there(run, tmp_path):
    path = tmp_path / "later" / "labels.db"
    started = run(path)
    check_goes_on(started, path, "cannot use it: No such file or directory")
    path.parent.mkdir()
    check_recovers(started, path)


def test_a_clock_that_starts_in_1970(run, tmp_path):
    path, offset = tmp_path / "labels.db", tmp_path / "offset"
    offset.write_text(str(-int(time.time())))
    clock = {"LD_PRELOAD": str(compile_library(CLOCK, tmp_path)), "CLOCK_OFFSET": str(offset)}
    start = time.time()
    started = run(path, env=clock)
    check_goes_on(started, path, "the clock is wrong: it shows a year before 2026")
    assert not path.exists()
    offset.write_text("0")
    check_recovers(started, path)
    assert {each[0] // 60 for each in rows_of(path)} <= set(minutes(start, time.time()))


def minutes(start: float, end: float) -> range:
    """Return the minutes that rows may have, which are half a minute off at most."""
    return range(int(start - 30) // 60, int(end + 30) // 60 + 1)


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_disk_that_does_not_answer(run, tmp_path, from_the_start):
    path, hung = tmp_path / "labels.db", tmp_path / "hung"
    library = compile_library(Path(__file__).with_name("disk.c"), tmp_path)
    if from_the_start:
        hung.touch()
    started = run(path, env={"LD_PRELOAD": str(library), "HUNG_DISK": str(hung)})
    if not from_the_start:
        until(lambda: frames(path), "a row")
        hung.touch()
    started.wait_lines(3)
    code, seconds = started.end()
    assert code == 0
    assert seconds < 6
    assert "locked" not in started.stderr
    assert started.stderr.count(f"--history {path}: the disk does not answer within 3 s") == 1


def test_a_killed_daemon_loses_only_what_was_not_written_yet(run, tmp_path):
    path = tmp_path / "labels.db"
    for number in range(5):
        started = run(path)
        before = frames(path)
        until(lambda: frames(path) >= before + 5 + number, "rows")  # noqa: B023
        seen = frames(path)
        started.kill()
        assert frames(path) >= seen
        assert {each[1] for each in rows_of(path)} == {60}
