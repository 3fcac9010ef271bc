"""Write lines to a descriptor whose reader may stall, without stalling the program."""

import os
import select
import threading
import time
from collections import deque
from collections.abc import Iterable
from threading import Event
from typing import NamedTuple

from emotion_edge.util.timeouts import POLL_S

STDOUT, STDERR = 1, 2
MAX_LINES = 256  # that wait for the reader: some 200 KB of JSON
GRACE_S = 0.3  # for what is left when the program is to stop


class Line(NamedTuple):
    """A line without its end. change: it makes the earlier ones of its `subject` outdated."""

    text: str
    subject: object = None
    change: bool = False


class LineWriter:
    """Writes whole lines in a thread of its own, which alone waits for the reader."""

    def __init__(self, descriptor: int, stop: Event, *, patience: float) -> None:
        """Prepare to write to a descriptor, blocking or not.

        stop: once it is set, nothing waits for the reader any more. patience: `write` waits until
        the reader has taken the lines, but if it takes none for so many seconds, at most
        `MAX_LINES` are kept for it, and nothing waits until it has taken these.
        """
        self.dropped = 0
        self._descriptor, self._stop, self._patience = descriptor, stop, patience
        self._stalled = not patience
        self._lines: deque[Line] = deque()
        self._writing = self._ended = False
        self._error: OSError | None = None
        self._changed = threading.Condition()

    def start(self) -> None:
        """Start the thread; it ends with the program at the latest."""
        # A copy: lines must arrive even if a descriptor is redirected meanwhile.
        self._descriptor = os.dup(self._descriptor)
        threading.Thread(target=self._run, daemon=True).start()

    def close(self, *, stopping: bool = False) -> None:
        """Wait until the reader has taken all lines, or `GRACE_S` if the program is to stop.

        Raises OSError if lines could not be written.
        """
        self._wait(stopping=stopping)
        with self._changed:
            self._ended = True
            self.dropped += len(self._lines)
            self._lines.clear()
            self._changed.notify_all()
        self._raise_error()

    @property
    def is_idle(self) -> bool:
        """Whether the reader has taken all lines, or is gone."""
        return not self._writing and not self._lines

    def write(self, lines: Iterable[Line]) -> None:
        """Write lines; raises OSError if these or earlier ones cannot be written."""
        with self._changed:
            self._raise_error()
            self._stalled = not self._patience or (self._stalled and not self.is_idle)
            for line in lines:
                if self._stalled and len(self._lines) == MAX_LINES:
                    del self._lines[self._least_useful()]
                    self.dropped += 1
                self._lines.append(line)
            self._changed.notify_all()
        if not self._stalled:
            self._wait_patiently()
            self._raise_error()

    def _wait_patiently(self) -> None:
        """Wait until the reader has taken all lines, or none for too long, or a stop."""
        with self._changed:
            left, since = len(self._lines), time.monotonic()
            while not (self.is_idle or self._stalled or self._stop.is_set()):
                self._changed.wait(POLL_S)
                now = time.monotonic()
                if len(self._lines) < left:
                    left, since = len(self._lines), now
                self._stalled = now - since >= self._patience

    def _least_useful(self) -> int:
        """Return the index of the line to drop: the last change of each subject is kept longest."""
        last = {line.subject: i for i, line in enumerate(self._lines) if line.change}
        kept = set(last.values())
        return min(range(len(self._lines)), key=lambda i: (self._lines[i].change, i in kept, i))

    def _wait(self, *, stopping: bool) -> None:
        """Wait until the reader has taken all lines, or `GRACE_S` if the program is to stop."""
        with self._changed:
            while not self.is_idle:
                if stopping or self._stop.is_set():
                    self._changed.wait_for(lambda: self.is_idle, GRACE_S)
                    return
                self._changed.wait(POLL_S)

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (line := self._next_line()) is not None:
            error = None
            try:
                _write_all(self._descriptor, line)
            except OSError as caught:
                error = caught
            with self._changed:
                self._writing = False
                if error is not None:
                    self._error, self._ended = error, True
                    self._lines.clear()
                self._changed.notify_all()
        os.close(self._descriptor)

    def _next_line(self) -> Line | None:
        """Wait for a line and take it; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._ended)
            self._writing = bool(self._lines)
            return self._lines.popleft() if self._lines else None


def _write_all(descriptor: int, line: Line) -> None:
    data = memoryview(f"{line.text}\n".encode(errors="backslashreplace"))
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # another program has made the shared descriptor non-blocking
            select.select([], [descriptor], [])
            time.sleep(0.001)  # some devices are always said to be ready
