"""What was not written yet waits, and no frame waits for it."""

from threading import Event, Thread

from emotion_edge.output.history import sink as sinks
from tests.edge.output.history.rows import MINUTE, rows_of, totals_of
from tests.edge.output.history.watching import make, starts, watch, write
from tests.edge.results import face, frame_result
from tests.edge.waiting import until


def test_minutes_wait_until_the_file_can_be_written_again(clocks, path, caplog):
    path.mkdir()
    with make(path) as sink:
        for _ in range(3):
            watch(sink, clocks, 60)
            write(sink)
        path.rmdir()
        write(sink)
        assert totals_of(path) == {"happy": (179, 180)}
    assert caplog.messages == [
        f"--history {path}: cannot use it: Is a directory; trying again every minute",
        f"--history {path}: it is written again",
    ]


def test_only_an_hour_waits(clocks, path, caplog):
    path.mkdir()
    with make(path) as sink:
        for _ in range(64):
            watch(sink, clocks, 60)
            write(sink)
        path.rmdir()
        write(sink)
    assert starts(path) == [MINUTE + 60 * minute for minute in range(5, 65)]
    assert caplog.messages[-1] == f"--history {path}: 5 minute(s) are lost"


def test_only_an_hour_waits_while_the_disk_does_not_answer(clocks, path, monkeypatch):
    hung, answer = Event(), Event()

    def hang(*_: object) -> None:
        hung.set()
        answer.wait(30)

    with make(path) as sink:
        with monkeypatch.context() as disk:
            disk.setattr(sinks, "add_rows", hang)
            writer = Thread(target=write, args=(sink,))
            writer.start()
            hung.wait(5)
        for _ in range(64):
            watch(sink, clocks, 60)
            write(sink)
        assert rows_of(path) == []
        answer.set()
        writer.join()
    assert len(rows_of(path)) == 60


def test_what_cannot_be_written_at_the_end_is_said_to_be_lost(clocks, path, caplog):
    path.mkdir()
    with make(path) as sink:
        watch(sink, clocks, 100)
    assert caplog.messages[-1] == f"--history {path}: 2 minute(s) are lost"


def test_the_thread_writes_while_no_frame_comes(path, monkeypatch):
    monkeypatch.setattr(sinks, "WRITE_EVERY_S", 0.05)
    with make(path) as sink:
        for seconds in (0, 1):
            sink.publish(frame_result(face("happy"), seconds=seconds))
        until(lambda: rows_of(path), "a row", 5)
        assert totals_of(path) == {"happy": (1, 2)}
