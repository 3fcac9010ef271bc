"""Work in a child process: whatever happens there, the parent goes on."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from threading import Event

import pytest

from emotion_edge.errors import RunError, UserError
from emotion_edge.util import child_process
from emotion_edge.util.child_process import StoppedError, call_in_child
from tests.edge.waiting import PROMPT_S, until

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
    child = call(os.getpid)
    assert child != os.getpid()
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


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
    with pytest.raises(StoppedError, match="the work: stopped meanwhile"):
        call(spin, stop)
    assert time.monotonic() - start < PROMPT_S


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_child_leaves_signals_to_its_parent(number):
    handled = []
    former = signal.signal(number, lambda *_: handled.append(number))
    try:
        assert call(lambda: os.kill(os.getpid(), number) or len(handled)) == 0
    finally:
        signal.signal(number, former)


PARENT = """
import os, sys, time
from emotion_edge.util.child_process import call_in_child
def work():
    print(os.getpid(), file=sys.stderr, flush=True)
    time.sleep(60)
sys.stderr = os.fdopen(os.dup(2), "w")
call_in_child(work, subject="the work", memory=2**26)
"""


def test_the_child_ends_with_its_parent():
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PARENT], stderr=pipe, text=True) as parent:
        child = int(parent.stderr.readline())
        parent.kill()
        parent.wait()
        until(lambda: not is_running(child), "the end of the child", timeout_s=2)


INTERRUPTED = """
import os, signal
from emotion_edge.util.child_process import call_in_child
os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGINT))
try:
    call_in_child(lambda: 1, subject="the work", memory=2**26)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_in_the_middle_of_a_fork_has_its_effect():
    words = [sys.executable, "-c", INTERRUPTED]
    result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (result.stdout, result.stderr) == ("interrupted\n", "")


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_child_that_dies_while_it_answers_is_an_error(monkeypatch):
    def write_half(descriptor, content):
        os.write(descriptor, content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(child_process, "_write", write_half)
    with pytest.raises(UserError, match=r"the work: it crashes \(SIGKILL\)"):
        call(lambda: "a" * 1000)


def test_no_descriptor_is_left_open(monkeypatch):
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - pathlib holds one open itself
    for _ in range(20):
        call(lambda: 1)
        with pytest.raises(UserError):
            call(lambda: os._exit(3))
    monkeypatch.setattr(os, "fork", lambda: fail(BlockingIOError("too many processes")))
    with pytest.raises(BlockingIOError):
        call(lambda: 1)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_it_works_where_children_are_reaped_by_the_kernel():
    former = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert call(lambda: 1) == 1
        with pytest.raises(UserError, match="it crashes"):
            call(lambda: os._exit(3))
    finally:
        signal.signal(signal.SIGCHLD, former)
