"""GET /api/history, whose clients leave: it piles up nothing, and keeps the daemon from nothing."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("tornado")

from emotion_edge.errors import RunError
from emotion_edge.output.history.database import Row, add_rows
from emotion_edge.output.web.history_reader import MAX_OPEN, GoneError, HistoryReader, Question
from emotion_edge.output.web.worker import Worker
from emotion_edge.pipeline.label_times import Seen
from tests.edge.output.web.asking import ask, connected, request
from tests.edge.output.web.served import Served
from tests.edge.waiting import until

START, LABELS = 1_772_323_200, "abcdefgh"  # 2026-03-01
MONTH = "/api/history?by=hour&from=2026-03-01T00:00Z&to=2026-03-31T00:00Z"
GET_MONTH = request("GET", MONTH, {"Host": "localhost"})


@pytest.fixture(scope="module")
def month(tmp_path_factory) -> Path:
    """A history of each minute of 28 days."""
    path = tmp_path_factory.mktemp("history") / "labels.db"
    times = range(START, START + 28 * 86_400, 60)
    add_rows(path, (Row(time, 60, label, Seen(1, 1)) for time in times for label in LABELS))
    return path


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def leave_at_once(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET_MONTH)


def wait_for_answer(page: Served, stack: ExitStack) -> None:
    connection = stack.enter_context(connected(page.port))
    before = page.site.history.worker.taken
    connection.sendall(GET_MONTH)
    until(lambda: page.site.history.worker.taken > before, "its place")


def test_the_daemon_ends_at_once_although_many_have_asked(site, changing, month, stack):
    run = site("--source", changing, "--history", month, "--history-days", 36_500)
    for _ in range(300):
        leave_at_once(run.port)
    for _ in range(MAX_OPEN):  # and these stay
        stack.enter_context(connected(run.port)).sendall(GET_MONTH)
    assert run.get("/healthz") == {"status": "ok"}
    code, seconds = run.daemon.end()
    assert code == 0
    assert seconds < 10
    assert "Traceback" not in run.daemon.stderr


def test_so_many_may_wait_and_who_has_left_does_not(served, month, stack):
    page, leave = served(history=month), threading.Event()
    page.site.history.worker.submit(leave.wait, 60)  # it reads another one
    with ExitStack() as waiting:
        for _ in range(MAX_OPEN):
            wait_for_answer(page, waiting)
        answer = ask(page.port, MONTH)
        assert answer.status == 503
        assert answer.headers["retry-after"] == "5"
        assert "try again later" in answer.json["error"]
    leave.set()
    until(lambda: page.site.history.worker.taken == 0, "their end")
    assert len(ask(page.port, MONTH).json["rows"]) == 28 * 24 * len(LABELS)


@pytest.fixture
def endless(monkeypatch) -> None:
    """A month takes minutes to read."""
    breathe, pause = Worker.breathe, threading.Event()

    def slowly(worker: Worker) -> bool:
        pause.wait(0.1)
        return breathe(worker)

    monkeypatch.setattr(Worker, "breathe", slowly)


def test_what_is_read_ends_with_its_client_and_is_no_problem(served, month, endless, caplog):
    page = served(history=month)
    with ExitStack() as waiting:
        wait_for_answer(page, waiting)
    until(lambda: page.site.history.worker.taken == 0, "its end")
    assert "GET /api/history" not in caplog.text


def test_what_is_read_ends_with_the_server(month, endless):
    reader = HistoryReader(month)
    start, end = (datetime.fromtimestamp(START + 86_400 * day, UTC) for day in (0, 30))
    question = Question(start, end, "hour", threading.Event())
    read, last = (reader.worker.submit(reader.answer, question) for _ in range(2))
    until(read.running, "its turn")
    reader.worker.close()
    with pytest.raises((GoneError, RunError)):
        read.result(30)
    assert last.cancelled()


def test_who_does_not_take_the_answer_is_dropped(served, month, stack, monkeypatch):
    monkeypatch.setattr("emotion_edge.output.web.handlers.history.ANSWER_S", 0.5)
    monkeypatch.setattr("emotion_edge.output.web.server.SEND_BUFFER_BYTES", 4096)
    page = served(history=month)
    connection = stack.enter_context(connected(page.port, buffer=4096))
    connection.sendall(GET_MONTH)
    until(lambda: page.site.history.worker.taken == 1, "its place")
    until(lambda: page.site.history.worker.taken == 0, "its end")
    assert not page.sink._server._server._open
