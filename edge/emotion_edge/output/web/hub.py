"""Pictures and events on their way to everybody who watches."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from tornado.ioloop import PeriodicCallback

from emotion_edge.output.json_lines import Line, dumps

MAX_LINES = 256  # that wait for a reader of events
TICK_S, FIXED_TICK_S = 0.2, 1.0
REPEAT_S = 2.0  # after which a state that is the same is sent again, for its figures


class PictureHub:
    """Gives each JPEG to all who wait for it. Belongs to the server's thread."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: dict[str, set[asyncio.Future[bytes]]] = {"stream": set(), "snapshot": set()}

    def deliver(self, kind: str, jpeg: bytes) -> None:
        """Give a JPEG to all who wait for the "stream" or a "snapshot"."""
        for future in tuple(self._waiting[kind]):
            if not future.done():
                future.set_result(jpeg)

    async def next(self, kind: str, seconds: float) -> bytes | None:
        """Wait for the next JPEG; None if there is none within `seconds`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[kind].add(future)
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return None
        finally:
            self._waiting[kind].discard(future)


class Reader:
    """What waits for one reader of events: lines, and the newest state."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._lines, self._state = deque[str](), ""
        self._wake = asyncio.Event()

    @property
    def is_slow(self) -> bool:
        """Whether more lines wait than are kept for a reader."""
        return len(self._lines) > MAX_LINES

    def put(self, lines: Iterable[str], state: str) -> None:
        """Add lines, and a state in place of the former one; "" keeps it."""
        if not self.is_slow:
            self._lines.extend(lines)
        self._state = state or self._state
        if self._lines or self._state:
            self._wake.set()

    async def take(self, seconds: float) -> list[tuple[str, str]]:
        """Wait for events, and take them: their names and data; none after `seconds`."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()
        events = [("line", line) for line in self._lines]
        events += [("state", self._state)] if self._state else []
        self._lines.clear()
        self._state = ""
        return events


class EventHub:
    """Collects lines on the main thread; gives them, and the state, to all readers by ticks."""

    def __init__(
        self, state: Callable[[], Line], mark: Callable[[], object], *, fixed: bool
    ) -> None:
        """state: returns the present state. mark: what differs when a state is to be sent.

        fixed: send a state at each tick instead, so that its time shows nothing.
        """
        self._state, self._mark, self._fixed = state, mark, fixed
        self._lines = deque[Line](maxlen=MAX_LINES)
        self._readers: list[Reader] = []
        self._sent: tuple[object, float] = (None, 0.0)
        self._ticker = PeriodicCallback(self.tick, 1000 * (FIXED_TICK_S if fixed else TICK_S))

    @property
    def is_read(self) -> bool:
        """Whether anybody reads."""
        return bool(self._readers)

    def add(self, lines: Iterable[Line]) -> None:
        """Add lines; on the main thread."""
        self._lines.extend(lines)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Return a new reader, which gets the present state at once."""
        reader = Reader()
        reader.put((), dumps(self._state()))
        if not self._readers:
            self._lines.clear()
            self._ticker.start()
        self._readers.append(reader)
        try:
            yield reader
        finally:
            self._readers.remove(reader)
            if not self._readers:
                self._ticker.stop()

    def tick(self) -> None:
        """Give all readers what has come since the last tick."""
        lines = [dumps(self._lines.popleft()) for _ in range(len(self._lines))]
        state = dumps(self._state()) if self._is_due() else ""
        for reader in self._readers:
            reader.put(lines, state)

    def _is_due(self) -> bool:
        mark, now = self._mark(), asyncio.get_running_loop().time()
        if not self._fixed and mark == self._sent[0] and now - self._sent[1] < REPEAT_S:
            return False
        self._sent = (mark, now)
        return True
