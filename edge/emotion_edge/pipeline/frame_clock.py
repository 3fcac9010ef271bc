"""The time of a stream's frames, and how far apart they are."""

import math


class FrameClock:
    """Follows the times of a stream's frames.

    seconds: the time of the newest frame; it never goes back. spacing: seconds between frames, the
    smaller one of the last two distances: the first frame after a pause is not judged alone,
    because others may follow quickly.
    """

    def __init__(self, frame_interval: float = 0.0) -> None:
        """frame_interval: seconds by which frames are apart at least, if that is known; else 0."""
        self._least, self._offset = frame_interval, 0.0
        self._last: float | None = None
        self._distance = math.inf
        self.seconds, self.spacing = 0.0, frame_interval

    def tick(self, seconds: float) -> None:
        """Take in the time of the next frame.

        No time passes if it is earlier than the frame before, or not a finite number.
        """
        before = self._last
        if not math.isfinite(seconds):
            seconds = before or 0.0
        if before is not None:
            self._offset += max(0.0, before - seconds)
            distance = max(0.0, seconds - before)
            self.spacing = max(self._least, min(distance, self._distance))
            self._distance = distance
        self._last, self.seconds = seconds, seconds + self._offset
