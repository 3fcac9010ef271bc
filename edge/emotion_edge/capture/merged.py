"""The frames of several cameras, the newest of each in turn."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from threading import Condition, Event, Thread

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import Frames
from emotion_edge.util.timeouts import POLL_S

Opener = Callable[[Event], Frames]
Numbered = Generator[tuple[int, Frame | CameraLost], None, None]
END_TIMEOUT_S = 30.0  # more than a camera may take to close


def merge_frames(openers: Sequence[Opener], stop: Event) -> Numbered:
    """Open several cameras; return their frames, each with the number of its camera, from 0.

    Each camera is read in a thread of its own. A frame takes the place of one that still waits,
    which counts as dropped. openers: called here, with an event that ends what they return. It ends
    when all cameras have ended, or when `stop` is set. Raises what any of them raises.
    """
    ended = Event()
    return _merge([opener(ended) for opener in openers], ended, stop)


def _merge(cameras: Sequence[Frames], ended: Event, stop: Event) -> Numbered:
    inbox = _Inbox(len(cameras))
    threads = [Thread(target=inbox.fill, args=each, daemon=True) for each in enumerate(cameras)]
    for thread in threads:
        thread.start()
    try:
        while not (stop.is_set() or inbox.is_over):
            if taken := inbox.take(POLL_S):
                yield taken
                del taken  # before the next one is awaited
    finally:
        ended.set()
        for thread in threads:
            thread.join(END_TIMEOUT_S)
        inbox.check()


class _Inbox:
    """What the cameras have given and nobody has taken yet."""

    def __init__(self, cameras: int) -> None:
        self._waiting = [deque[Frame | CameraLost]() for _ in range(cameras)]
        self._changed, self._turn, self._reading = Condition(), 0, cameras
        self._error: BaseException | None = None

    def fill(self, number: int, frames: Frames) -> None:
        """Read a camera to its end."""
        error = None
        try:
            with closing(frames):
                for frame in frames:
                    self._put(number, frame)
                    del frame  # before the next one is awaited
        except BaseException as raised:  # raised again by `check`
            error = raised
        with self._changed:
            self._error, self._reading = self._error or error, self._reading - 1
            self._changed.notify()

    def _put(self, number: int, frame: Frame | CameraLost) -> None:
        with self._changed:
            waiting = self._waiting[number]
            late = waiting[-1] if waiting else None
            if isinstance(frame, Frame) and isinstance(late, Frame):
                waiting.pop()
                frame = replace(frame, dropped=frame.dropped + late.dropped + 1)
            waiting.append(frame)
            self._changed.notify()

    def take(self, timeout: float) -> tuple[int, Frame | CameraLost] | None:
        """Return what comes within `timeout` seconds, of each camera in turn; raises as `check`."""
        with self._changed:
            self._changed.wait_for(self._is_due, timeout)
            self.check()
            for turn in range(self._turn, self._turn + len(self._waiting)):
                number = turn % len(self._waiting)
                if self._waiting[number]:
                    self._turn = number + 1
                    return number, self._waiting[number].popleft()
        return None

    def _is_due(self) -> bool:
        return any(self._waiting) or not self._reading or self._error is not None

    def check(self) -> None:
        """Raise what a camera has raised."""
        if self._error is not None:
            raise self._error

    @property
    def is_over(self) -> bool:
        """Whether all cameras have ended and all frames are taken."""
        with self._changed:
            return not self._reading and not any(self._waiting)
