"""Pictures and events on their way to everybody who watches."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

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

    def is_awaited(self, kind: str) -> bool:
        """Tell whether anybody waits for the "stream" or a "snapshot"; any thread may ask."""
        return bool(self._waiting[kind])

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


class Said(NamedTuple):
    """An event. seen: whether it says what the camera saw, which some moments hide."""

    name: str
    data: str
    seen: bool


class Reader:
    """What waits for one reader of events: lines, and the newest state."""

    def __init__(self, is_hidden: Callable[[], bool]) -> None:
        """is_hidden: whether nothing that the camera saw may leave now."""
        self._is_hidden = is_hidden
        self._lines, self._state = deque[Said](), deque[Said](maxlen=1)
        self._wake = asyncio.Event()

    @property
    def is_slow(self) -> bool:
        """Whether more lines wait than are kept for a reader."""
        return len(self._lines) > MAX_LINES

    def put(self, lines: Iterable[Said], states: Iterable[Said]) -> None:
        """Add lines, and a state, if there is one, in place of the former one."""
        if not self.is_slow:
            self._lines.extend(lines)
        self._state.extend(states)
        self._hide()
        if self._lines or self._state:
            self._wake.set()

    def _hide(self) -> None:
        """Forget for good what must not leave, however long its reader takes."""
        if self._is_hidden():
            for waiting in (self._lines, self._state):
                kept = [each for each in waiting if not each.seen]
                waiting.clear()
                waiting.extend(kept)

    async def take(self, seconds: float) -> list[Said]:
        """Wait for events, and take them; none after `seconds`."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()
        self._hide()
        events = [*self._lines, *self._state]
        self._lines.clear()
        self._state.clear()
        return events


class EventHub:
    """Collects lines on the main thread; gives them, and the state, to all readers by ticks."""

    def __init__(
        self,
        state: Callable[[], Line],
        mark: Callable[[], object],
        is_hidden: Callable[[], bool],
        *,
        fixed: bool,
    ) -> None:
        """state: returns the present state. mark: what differs when a state is to be sent.

        is_hidden: see `Reader`. fixed: send a state at each tick instead, so that its time shows
        nothing.
        """
        self._state, self._mark, self._is_hidden, self._fixed = state, mark, is_hidden, fixed
        self._lines = deque[tuple[Line, bool]](maxlen=MAX_LINES)
        self._readers: list[Reader] = []
        self._sent: tuple[object, float] = (None, 0.0)
        self._ticker = PeriodicCallback(self.tick, 1000 * (FIXED_TICK_S if fixed else TICK_S))

    @property
    def is_read(self) -> bool:
        """Whether anybody reads."""
        return bool(self._readers)

    def add(self, lines: Iterable[Line], *, seen: bool) -> None:
        """Add lines; on the main thread. seen: see `Said`."""
        self._lines.extend((line, seen) for line in lines)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Return a new reader, which gets the present state at once."""
        reader = Reader(self._is_hidden)
        reader.put((), [self._present()])
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
        waiting = [self._lines.popleft() for _ in range(len(self._lines))]
        lines = [Said("line", dumps(line), seen) for line, seen in waiting]
        states = [self._present()] if self._is_due() else []
        for reader in self._readers:
            reader.put(lines, states)

    def _present(self) -> Said:
        hidden = self._is_hidden()
        return Said("state", dumps(self._state()), seen=not hidden)

    def _is_due(self) -> bool:
        mark, now = self._mark(), asyncio.get_running_loop().time()
        if not self._fixed and mark == self._sent[0] and now - self._sent[1] < REPEAT_S:
            return False
        self._sent = (mark, now)
        return True
