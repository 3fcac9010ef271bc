"""Lines for readers that stall, on real pipes."""

import fcntl
import math
import os
import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from emotion_edge.util.line_writer import MAX_LINES, Line, LineWriter
from tests.edge.waiting import PROMPT_S, until


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe that holds 4096 bytes: the ends to read and to write."""
    ends = os.pipe()
    fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 4096)
    yield ends
    for end in ends:
        os.close(end)


def read_lines(descriptor: int, last: bytes) -> list[bytes]:
    """Read until a line is `last`, and return all lines."""
    data = b""
    while not data.endswith(last + b"\n"):
        data += os.read(descriptor, 1 << 16)
    return data.splitlines()


def test_a_stalled_reader_gets_the_last_change_of_each_subject(pipe):
    writer = LineWriter(pipe[1], Event(), patience=0.0)
    writer.start()
    writer.write([Line("x" * 5000)])  # stalls
    until(lambda: not writer._lines, "the first line to be taken")
    writer.write([Line("1 is happy", 1, change=True)])
    writer.write([Line("1 is sad", 1, change=True), Line("2 is sad", 2, change=True)])
    writer.write(Line(f"frame {i}", 1) for i in range(MAX_LINES))
    writer.write(Line(f"3 for the {i}th time", 3, change=True) for i in range(2 * MAX_LINES))
    writer.write([Line("end", 4, change=True)])
    assert len(writer._lines) == MAX_LINES
    assert writer.dropped == 3 * MAX_LINES + 4 - MAX_LINES
    lines = read_lines(pipe[0], b"end")
    assert lines[1:3] == [b"1 is sad", b"2 is sad"]
    assert lines[-2] == b"3 for the %dth time" % (2 * MAX_LINES - 1)
    writer.close()


def test_without_dropping_a_slow_reader_gets_everything(pipe):
    writer = LineWriter(pipe[1], Event(), patience=math.inf)
    writer.start()
    lines: list[bytes] = []
    reader = Thread(target=lambda: (time.sleep(0.5), lines.extend(read_lines(pipe[0], b"end"))))
    reader.start()
    for i in range(2000):
        writer.write([Line(f"line {i}")])
    writer.write([Line("end")])
    writer.close()
    reader.join()
    assert lines == [*(b"line %d" % i for i in range(2000)), b"end"]
    assert writer.dropped == 0


def test_a_reader_that_stalls_is_waited_for_once(pipe):
    writer = LineWriter(pipe[1], Event(), patience=0.4)
    writer.start()
    start = time.monotonic()
    for _ in range(MAX_LINES + 100):
        writer.write([Line("x" * 99)])
    assert 0.4 < time.monotonic() - start < PROMPT_S
    assert writer.dropped > 10
    writer.write([Line("end", change=True)])
    read_lines(pipe[0], b"end")
    until(lambda: writer.is_idle, "the reader")
    before, lines = writer.dropped, []
    reader = Thread(target=lambda: (time.sleep(0.2), lines.extend(read_lines(pipe[0], b"end"))))
    reader.start()
    for _ in range(1000):  # it is waited for again
        writer.write([Line("x" * 99)])
    writer.write([Line("end")])
    reader.join()
    assert (len(lines), writer.dropped) == (1001, before)
    writer.close()


def test_at_the_end_a_slow_reader_is_waited_for(pipe):
    writer = LineWriter(pipe[1], Event(), patience=0.0)
    writer.start()
    for i in range(200):
        writer.write([Line(f"{i:050}")])
    lines: list[bytes] = []
    reader = Thread(target=lambda: (time.sleep(1), lines.extend(read_lines(pipe[0], b"199"))))
    reader.start()
    writer.close()
    reader.join()
    assert (len(lines), writer.dropped) == (200, 0)


def test_lines_arrive_though_the_descriptor_is_redirected(pipe):
    writing = os.dup(pipe[1])
    writer = LineWriter(writing, Event(), patience=math.inf)
    writer.start()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, writing)
    writer.write([Line("here")])
    writer.close()
    assert os.read(pipe[0], 99) == b"here\n"
    for each in (null, writing):
        os.close(each)


@pytest.mark.parametrize("patience", [0.0, 60.0, math.inf])
def test_after_a_stop_nothing_waits_and_only_the_last_line_is_cut(pipe, patience):
    stop = Event()
    writer = LineWriter(pipe[1], stop, patience=patience)
    writer.start()
    Thread(target=lambda: (time.sleep(0.3), stop.set())).start()
    start = time.monotonic()
    for i in range(600):
        writer.write([Line(f"{i:050}")])
    writer.close()
    assert time.monotonic() - start < PROMPT_S
    *whole, cut = os.read(pipe[0], 1 << 16).split(b"\n")
    numbers = [int(line) for line in whole]
    assert numbers == sorted(numbers)
    assert all(len(line) == 50 for line in whole)
    assert len(cut) < 50


def test_a_descriptor_that_is_not_blocking_is_waited_for(pipe):
    os.set_blocking(pipe[1], False)
    test_without_dropping_a_slow_reader_gets_everything(pipe)


@pytest.mark.parametrize("patience", [0.0, 60.0, math.inf])
def test_a_reader_that_is_gone_is_an_error(patience):
    reading, writing = os.pipe()
    os.close(reading)
    writer = LineWriter(writing, Event(), patience=patience)
    writer.start()
    with pytest.raises(BrokenPipeError):
        for _ in range(2):
            writer.write([Line("x")])
            time.sleep(0.2)
    with pytest.raises(BrokenPipeError):
        writer.close()
    os.close(writing)
