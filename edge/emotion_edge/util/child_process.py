"""Do something dangerous in a child process, with limits on its memory and time.

The child is a fork, not a new program. It starts in milliseconds even on a small board and shares
the memory of its parent, where a new interpreter would load all libraries once more. Only the
thread that forks lives on in it, so `work` must not need locks of other threads. If it waits for
one all the same, its time runs out.
"""

import faulthandler
import json
import os
import resource
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

from emotion_edge.errors import RunError, UserError
from emotion_edge.util.prctl import SET_PDEATHSIG, prctl

# A busy computer may give the child little processor time, so the limit on the clock is wide.
CPU_S, WALL_S = 4, 30.0
_POLL_S = 0.02
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STATM = Path("/proc/self/statm")  # only Linux has it
_ERRORS = {error.__name__: error for error in (UserError, RunError)}


class StoppedError(RunError):
    """The program is to stop, so the work was given up."""


def call_in_child(
    work: Callable[[], Any], *, subject: str, memory: int, stop: Event | None = None
) -> Any:
    """Return or raise what `work` does in a child process; it must return what JSON can hold.

    memory: bytes that the child may allocate. Raises UserError, which begins with `subject`, if the
    child crashes, or takes more than `CPU_S` of processor time or `WALL_S`; StoppedError if `stop`
    is set meanwhile; OSError if there can be no child.
    """
    read_end, write_end = os.pipe()
    parent = os.getpid()
    try:
        with _signals_later():
            pid = os.fork()
            if not pid:
                _serve(work, write_end, memory, parent)
    except OSError:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    status = 0
    try:
        answer = _read(read_end, subject, stop)
    finally:
        os.close(read_end)
        with suppress(ProcessLookupError, ChildProcessError):  # SIGCHLD is ignored here
            os.kill(pid, signal.SIGKILL)  # no effect on a child that has ended
            _, status = os.waitpid(pid, 0)
    return _result(answer, subject, status)


@contextmanager
def _signals_later() -> Iterator[None]:
    """Let the handlers of signals wait: Python drops what they raise in the middle of a fork."""
    if threading.current_thread() is not threading.main_thread():  # handlers run in the main one
        yield
        return
    held = list[int]()
    handlers = ((number, signal.getsignal(number)) for number in _SIGNALS)
    former = {int(number): handler for number, handler in handlers if callable(handler)}
    for each in former:
        signal.signal(each, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        for number in held:
            former[number](number, None)


def _serve(work: Callable[[], Any], write_end: int, memory: int, parent: int) -> NoReturn:
    """Be the child: write `work`'s result or error, and end without the parent's clean-up."""
    try:
        faulthandler.disable()  # a crash is expected, its traceback is not wanted
        # Ctrl-C and systemd send signals to the parent as well, which then ends its child.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end_with(parent)
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in (1, 2):
            os.dup2(silence, descriptor)
        _write(write_end, _answer(work, memory))
    finally:
        os._exit(0)


def _end_with(parent: int) -> None:
    """Let the kernel end this process when its parent ends; only Linux can."""
    prctl(SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(0)


def _limit(memory: int) -> None:
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: CPU_S}
    if _STATM.exists():
        pages = int(_STATM.read_text(encoding="ascii").split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + memory
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # Where it is forbidden, a trial without the limit is better than none.
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (lowest, hard))


def _answer(work: Callable[[], Any], memory: int) -> bytes:
    try:
        _limit(memory)
        answer = {"result": work()}
    except MemoryError:
        answer = {"error": "it takes too much memory", "kind": UserError.__name__}
    except Exception as error:
        kind = RunError if isinstance(error, RunError) else UserError
        answer = {"error": str(error) or repr(error), "kind": kind.__name__}
    return json.dumps(answer).encode()


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _read(descriptor: int, subject: str, stop: Event | None) -> bytes:
    deadline, answer = time.monotonic() + WALL_S, b""
    while time.monotonic() < deadline:
        if stop and stop.is_set():
            raise StoppedError(f"{subject}: stopped meanwhile")
        if select.select([descriptor], [], [], _POLL_S)[0]:
            if not (part := os.read(descriptor, 65536)):
                return answer
            answer += part
    raise UserError(f"{subject}: not done within {WALL_S:g} seconds")


def _result(answer: bytes, subject: str, status: int) -> Any:
    try:
        values = json.loads(answer)
    except ValueError:  # nothing, or a part
        code = os.waitstatus_to_exitcode(status)
        reason = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        if code == -signal.SIGXCPU:
            reason = f"more than {CPU_S} seconds of processor time"
        raise UserError(f"{subject}: it crashes ({reason})") from None
    if "error" in values:
        raise _ERRORS[values["kind"]](values["error"])
    return values["result"]
