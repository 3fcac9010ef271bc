"""Frame rate limits for cameras and streams that deliver more frames than needed."""

from collections.abc import Generator
from contextlib import closing

from emotion_edge.capture.frame import CameraLost, Frame


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


def limit_rate(
    frames: Generator[Frame | CameraLost, None, None], every: float
) -> Generator[Frame | CameraLost, None, None]:
    """Yield frames at least `every` seconds apart; pass untimed frames and CameraLost through.

    It closes `frames` at its end, and raises what that raises.
    """
    due = float("-inf")
    with closing(frames):
        for frame in frames:
            if isinstance(frame, CameraLost) or frame.seconds is None:
                yield frame
            elif frame.seconds >= due:
                due = frame.seconds + every
                yield frame
