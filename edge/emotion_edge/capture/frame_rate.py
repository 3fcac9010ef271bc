"""Which frames of a camera to take, where it makes more than were asked for, and which are lost."""

from collections.abc import Generator, Iterator

from emotion_edge.capture.frame import CameraLost, Frame


class FrameRateLimiter:
    """The times of the frames that were taken."""

    def __init__(self, fps: float) -> None:
        """fps: how many frames a second are to be taken, on average and at most."""
        self._span, self._due = 1 / fps, float("-inf")
        self._last: float | None = None

    def is_early(self, seconds: float) -> bool:
        """Say whether a frame of this time is one too many."""
        return seconds < self._due - 0.25 * self._span  # a camera that keeps to the rate jitters

    def accept(self, seconds: float, span: float = 0.0) -> int:
        """Take a frame; return how many were missed since the last one.

        span: seconds that the camera takes for a frame, where it is known to be slower than asked.
        """
        last, self._last = self._last, seconds
        if last is None:
            self._due = seconds + self._span
            return 0
        self._due = max(self._due + self._span, seconds + 0.5 * self._span)
        return max(0, round((seconds - last) / max(span, self._span)) - 1)


def limit_rate(
    frames: Iterator[Frame | CameraLost], every: float
) -> Generator[Frame | CameraLost, None, None]:
    """Yield frames of a stream at least `every` seconds apart, and whatever else there is."""
    due = float("-inf")
    for frame in frames:
        if isinstance(frame, CameraLost) or frame.seconds is None:
            yield frame
        elif frame.seconds >= due:
            due = frame.seconds + every
            yield frame
