"""The sink: which minute gets what is seen, and when it is removed, whatever the clock does."""

import logging
from datetime import datetime

import pytest

from emotion_edge.output.history.database import add_rows
from emotion_edge.pipeline.results import AggregateResult, PeriodCounts
from tests.edge.output.history.rows import MINUTE, row, rows_of, totals_of
from tests.edge.output.history.watching import make, starts, watch, write
from tests.edge.results import face, frame_result

DAY = 86_400


def test_each_minute_has_its_own_row(clocks, path):
    with make(path) as sink:
        for _ in range(3):  # written at times that have nothing to do with minutes
            watch(sink, clocks, 47)
            write(sink)
    expected = [(0, 58, 59), (60, 60, 60), (120, 22, 22)]  # the first frame stands for no time
    assert rows_of(path) == [(MINUTE + s, 60, "happy", t, n) for s, t, n in expected]


def test_what_was_not_written_yet_is_written_at_the_end(clocks, path):
    with make(path) as sink:
        watch(sink, clocks, 10)
        assert rows_of(path) == []
    assert rows_of(path) == [(MINUTE, 60, "happy", 9, 10)]


def test_pictures_leave_no_rows(clocks, path):
    with make(path) as sink:
        sink.publish(frame_result(face("happy"), seconds=None))
    assert rows_of(path) == []


def test_until_a_clock_of_1970_is_set_minutes_wait_for_their_time(clocks, path, caplog):
    clocks.unix_time = 33.3
    with make(path) as sink:
        for _ in range(3):
            watch(sink, clocks, 60)
            write(sink)
        assert not path.exists()
        clocks.unix_time = MINUTE + 1000  # a time server has answered
        watch(sink, clocks, 60)
    first = MINUTE + 1000 - 180
    assert totals_of(path) == {"happy": (239, 240)}
    assert starts(path)[0] == pytest.approx(first, abs=60)
    assert starts(path)[-1] == MINUTE + 1060 // 60 * 60
    (warning,) = [each for each in caplog.messages if "wrong" in each]
    assert "it shows a year before 2026" in warning


def test_a_clock_that_is_set_back_makes_minutes_longer_and_loses_nothing(clocks, path):
    with make(path) as sink:
        watch(sink, clocks, 60)
        write(sink)
        clocks.unix_time -= 60
        watch(sink, clocks, 60)
        write(sink)
    assert totals_of(path) == {"happy": (119, 120)}
    assert max(each[3] for each in rows_of(path)) > 100


def test_old_rows_are_removed_but_only_when_the_clock_has_settled(clocks, path):
    days = (-31, -29, 29, 31)
    add_rows(path, [row(str(day), day * DAY // 60) for day in days])
    with make(path) as sink:
        clocks.wait(599)
        write(sink)
        assert len(rows_of(path)) == 4
        clocks.wait(2)
        write(sink)
        assert [each[2] for each in rows_of(path)] == ["-29", "29"]
        clocks.unix_time += 1000 * DAY  # a wrong one
        clocks.wait(500)
        write(sink)
        assert len(rows_of(path)) == 2
        clocks.unix_time -= 1000 * DAY
        clocks.wait(500)
        write(sink)
        assert len(rows_of(path)) == 2


def test_a_period_is_a_row_at_its_beginning(clocks, path):
    time = datetime.now().astimezone()
    seen = {"counts": {"happy": 40, "sad": 2}, "seconds": {"happy": 8.5, "sad": 0.5}}
    with make(path, period=5) as sink:
        for counts in (PeriodCounts(start=time, end=time, frames=42, **seen), None):
            clocks.wait(301)
            sink.publish(AggregateResult(counts))
    assert rows_of(path) == [(MINUTE, 300, "happy", 8.5, 40), (MINUTE, 300, "sad", 0.5, 2)]


def test_without_trouble_nothing_is_logged(clocks, path, caplog):
    caplog.set_level(logging.DEBUG)
    with make(path) as sink:
        watch(sink, clocks, 5)
    assert caplog.messages == []
