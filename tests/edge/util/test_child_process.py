"""Work in a child process: whatever happens there, the parent goes on."""

import os
import signal
import threading
import time
from threading import Event

import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.util import child_process
from emotion_edge.util.child_process import call_in_child

MEMORY = 64 * 1024**2


def call(work, stop=None):
    return call_in_child(work, subject="the work", memory=MEMORY, stop=stop)


def fail(error):
    raise error


def spin():
    while True:
        pass


def test_the_result_comes_back_and_the_child_ends():
    assert call(lambda: {"a": [1, None, "é"]}) == {"a": [1, None, "é"]}
    assert len(call(lambda: "a" * 10**6)) == 10**6  # more than a pipe holds
    assert call(os.getpid) != os.getpid()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_our_errors_and_those_of_libraries_come_back():
    for error, kind in [
        (UserError("the words"), UserError),
        (RunError("the words"), RunError),
        (SystemError("the words"), UserError),
    ]:
        with pytest.raises(kind, match=r"^the words$"):
            call(lambda error=error: fail(error))


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_an_error(number):
    with pytest.raises(UserError, match=f"^the work: it crashes .{number.name}"):
        call(lambda: os.kill(os.getpid(), number))


def test_an_exit_without_an_answer_is_an_error():
    with pytest.raises(UserError, match=r"the work: it crashes \(exit code 0\)"):
        call(lambda: os._exit(0))


def test_memory_is_limited():
    assert call(lambda: len(bytearray(MEMORY // 2))) == MEMORY // 2
    with pytest.raises(UserError, match="too much memory"):
        call(lambda: len(bytearray(2 * MEMORY)))


def test_endless_work_is_ended(monkeypatch):
    monkeypatch.setattr(child_process, "CPU_S", 1)
    with pytest.raises(UserError, match="more than 1 seconds of processor time"):
        call(spin)
    monkeypatch.setattr(child_process, "WALL_S", 0.5)
    with pytest.raises(UserError, match=r"not done within 0\.5 seconds"):
        call(lambda: time.sleep(60))


def test_stop_ends_the_wait_at_once():
    stop, start = Event(), time.monotonic()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(RunError, match="the work: stopped meanwhile"):
        call(spin, stop)
    assert time.monotonic() - start < 1.5


def test_the_child_heeds_signals_that_the_parent_handles():
    former = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with pytest.raises(UserError, match=r"it crashes \(SIGTERM\)"):
            call(lambda: os.kill(os.getpid(), signal.SIGTERM))
    finally:
        signal.signal(signal.SIGTERM, former)


def test_no_descriptor_is_left_open():
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - pathlib holds one open itself
    for _ in range(20):
        call(lambda: 1)
        with pytest.raises(UserError):
            call(lambda: os._exit(3))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_it_works_where_children_are_reaped_by_the_kernel():
    former = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert call(lambda: 1) == 1
        with pytest.raises(UserError, match="it crashes"):
            call(lambda: os._exit(3))
    finally:
        signal.signal(signal.SIGCHLD, former)
