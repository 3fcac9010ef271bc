"""Times and pixels of a video's frames, as a viewer would see them."""

from typing import Any

import numpy as np
import numpy.typing as npt

MAX_STRETCH = 4.0  # of a pixel's sides; more is damage
MAX_STILL = 2  # frames at one time, such as fields; with more, the times are wrong


class Clock:
    """Makes times that never go back of a video's own."""

    def __init__(self, rate: float) -> None:
        """rate: frames a second."""
        self.interval = 1 / rate
        self._offset, self._last, self._still = 0.0, -self.interval, 0

    def time(self, own: float | None) -> float:
        """Return a frame's time, of its time in the video; None if the video has no times."""
        following = self._last + self.interval
        seconds = following if own is None else own + self._offset
        self._still = self._still + 1 if seconds <= self._last else 0
        if self._last - seconds > 1.5 * self.interval or self._still > MAX_STILL:
            self._offset += following - seconds  # another file begins
            seconds = following
        self._last = max(seconds, self._last)
        return self._last


def displayed_pixels(frame: Any, stream: Any) -> npt.NDArray[np.uint8]:
    """Return a frame of PyAV's as it is displayed: (rows, columns, 3) uint8 RGB, upright.

    Its pixels are square, though the video's may not be.
    """
    width, height = _display_size(frame.width, frame.height, stream.sample_aspect_ratio)
    pixels = np.asarray(frame.to_ndarray(format="rgb24", width=width, height=height), np.uint8)
    # Phones record upright videos sideways and store the rotation.
    return np.rot90(pixels, frame.rotation // 90)


def _display_size(width: int, height: int, aspect: Any) -> tuple[int, int]:
    """Return the size with square pixels, larger than the frame: nothing is lost."""
    ratio = float(aspect or 1)
    if not 1 / MAX_STRETCH <= ratio <= MAX_STRETCH:
        return width, height
    return round(width * max(1, ratio)), round(height * max(1, 1 / ratio))
