"""Frames go first: what clients ask for is done with less priority, and for half the time."""

import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

pytest.importorskip("tornado")

from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.output.web.worker import LEAST_REST_S, Worker
from emotion_edge.pipeline.label_times import Seen
from tests.edge.output.web.asking import ask, post
from tests.edge.output.web.test_faces import RED
from tests.edge.waiting import until


def niceness(process: int) -> dict[int, int]:
    """Return that of each thread (proc_pid_stat(5)); the main thread has the process's number."""
    stats = (path.read_text() for path in Path(f"/proc/{process}/task").glob("*/stat"))
    return {int(stat.split()[0]): int(stat.rpartition(")")[2].split()[16]) for stat in stats}


@pytest.mark.skipif(sys.platform != "linux", reason="a thread's priority is of Linux")
def test_what_clients_ask_for_gives_way(site, changing, tmp_path):
    path = tmp_path / "labels.db"
    add_rows(path, [Row(int(time.time()), 60, "happy", Seen(1, 1))])
    run = site("--source", changing, "--history", path)
    main = run.daemon.process.pid
    usual = niceness(main)[main]
    known = {number for number, value in niceness(main).items() if value > usual}
    for asking in (
        lambda: ask(run.port, "/api/history"),
        lambda: ask(run.port, "/api/snapshot.jpg"),
        lambda: post(run.port, "/api/faces", RED),
    ):
        assert asking().status == 200
        nice = {number for number, value in niceness(main).items() if value > usual}
        assert nice > known
        known = nice
    assert niceness(main)[main] == usual


@pytest.fixture
def worker():
    worker = Worker("test", 1)
    yield worker
    worker.close()


def test_it_rests_as_long_as_it_works(worker):
    worked, end = worker.submit(lambda: (time.sleep(0.3), time.monotonic())).result(30)
    assert worked is None
    assert worker.submit(time.monotonic).result(30) - end >= 0.3


def test_time_without_work_is_rest(worker, monkeypatch):
    rests = []
    monkeypatch.setattr(worker._closed, "wait", rests.append)
    worker.submit(time.sleep, 0.3).result(30)
    until(lambda: time.monotonic() > worker._rest_end > 0, "the end of the rest")
    worker.submit(int).result(30)
    assert rests == [0, 0]


def test_it_rests_within_what_takes_long(worker, monkeypatch):
    rests = []
    monkeypatch.setattr(worker._closed, "wait", rests.append)

    def work() -> None:
        for _ in range(3):
            while time.monotonic() < worker._rested + 2 * LEAST_REST_S:
                pass
            worker.breathe()
            worker.breathe()  # not for as little as this

    worker.submit(work).result(60)
    at_start, *within = rests
    assert at_start == 0
    assert sum(rest >= 2 * LEAST_REST_S for rest in within) >= 3


def test_the_end_waits_for_no_rest(worker):
    begun = threading.Event()
    worker.submit(lambda: (begun.set(), worker.breathe()))
    assert begun.wait(30)
    worker._rest_end = time.monotonic() + 3600
    last = worker.submit(int)
    worker.close()
    with pytest.raises(CancelledError):
        last.result(30)
