"""Frame rate limits for cameras and streams that deliver more frames than needed."""

import logging
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from threading import Event

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.errors import UserError

LATE_S = 2.0
Frames = Generator[Frame | CameraLost, None, None]
log = logging.getLogger(__name__)


class FrameRateLimiter:
    """Choose which of a camera's frames to keep, and count the frames that were missed."""

    def __init__(self, fps: float) -> None:
        """fps: frames per second to keep, both on average and at most."""
        self._interval, self._due = 1 / fps, float("-inf")
        self._last: float | None = None

    def is_early(self, seconds: float) -> bool:
        """Return whether a frame taken at `seconds` exceeds the rate."""
        return seconds < self._due - 0.25 * self._interval  # tolerate the jitter of a steady camera

    def accept(self, seconds: float, camera_interval: float = 0.0) -> int:
        """Keep the frame taken at `seconds`; return how many frames were missed before it.

        camera_interval: seconds between the camera's frames; 0 if unknown.
        """
        last, self._last = self._last, seconds
        if last is None:
            self._due = seconds + self._interval
            return 0
        self._due = max(self._due + self._interval, seconds + 0.5 * self._interval)
        return max(0, round((seconds - last) / max(camera_interval, self._interval)) - 1)


def limit_rate(frames: Frames, every: float) -> Frames:
    """Yield frames at least `every` seconds apart; pass untimed frames and CameraLost through.

    Frames that were dropped before a skipped one count for the next. It closes `frames` at its end,
    and raises what that raises.
    """
    due, dropped = float("-inf"), 0
    with closing(frames):
        for frame in frames:
            if isinstance(frame, CameraLost) or frame.seconds is None:
                yield frame
            elif frame.seconds >= due:
                due = frame.seconds + every
                yield replace(frame, dropped=frame.dropped + dropped) if dropped else frame
                dropped = 0
            else:
                dropped += frame.dropped
            del frame  # before the next one is decoded


def check_stream(name: str, frames: Frames, stop: Event) -> Frames:
    """Yield the frames; raise UserError if they end without one, though `stop` is not set.

    Warns once if frames come more than `LATE_S` later than their own times say. It closes `frames`
    as `limit_rate` does.
    """
    came, warned, least = False, False, float("inf")
    with closing(frames):
        for frame in frames:
            if isinstance(frame, CameraLost):
                least = float("inf")  # the camera's clock may start anew
            elif frame.seconds is not None:
                lag = time.monotonic() - frame.seconds
                least, came = min(least, lag), True
                if lag > least + LATE_S and not warned:
                    warned = True
                    log.warning("%s: frames come more than %g seconds late", name, LATE_S)
            yield frame
    if not came and not stop.is_set():
        raise UserError(f"{name} ended without one frame")
