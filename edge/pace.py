"""Which frames of a camera to take, where it makes more than were asked for, and which are lost."""


class Pace:
    """The times of the frames that were taken."""

    def __init__(self, fps: float) -> None:
        """fps: how many frames a second are to be taken at most."""
        self._span = 1 / fps
        self._last: float | None = None

    def early(self, seconds: float) -> bool:
        """Say whether a frame of this time is one too many."""
        # A camera that keeps to the rate is never early by a quarter.
        return self._last is not None and seconds - self._last < 0.75 * self._span

    def take(self, seconds: float, span: float = 0.0) -> int:
        """Take a frame; return how many were missed since the last one.

        span: seconds that the camera takes for a frame, where it is known to be slower than asked.
        """
        last, self._last = self._last, seconds
        if last is None:
            return 0
        return max(0, round((seconds - last) / max(span, self._span)) - 1)
