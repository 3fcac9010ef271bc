"""Times and pixels of a video's frames, as a viewer would see them."""

from typing import Any

import numpy as np
import numpy.typing as npt

MAX_STRETCH = 4.0  # of a pixel's sides; more is damage
RAW_FPS = 25.0  # what players assume for a stream that names no frame rate
MAX_FPS = 1000.0  # a higher rate is damage
MAX_STILL = 2  # frames at one time, such as fields; with more, the times are wrong


class Clock:
    """Makes times that never go back of a video's own."""

    def __init__(self, rate: float, start: float = 0.0) -> None:
        """rate: frames a second. start: the time at which the video begins."""
        self.interval = 1 / rate
        self._offset, self._last, self._still = start, start - self.interval, 0

    @property
    def following(self) -> float:
        """The time of the next frame, or of the next video's first one."""
        return self._last + self.interval

    def time(self, own: float | None) -> float:
        """Return a frame's time, of its time in the video; None if the video has no times."""
        seconds = self.following if own is None else own + self._offset
        self._still = self._still + 1 if seconds <= self._last else 0
        if self._last - seconds > 1.5 * self.interval or self._still > MAX_STILL:
            self._offset += self.following - seconds  # another file begins
            seconds = self.following
        self._last = max(seconds, self._last)
        return self._last


def frame_rate(stream: Any) -> float:
    """Return the frames a second of a stream of PyAV's, from its content if nothing names it."""
    rate = float(stream.guessed_rate or 0)
    return rate if 0 < rate <= MAX_FPS else RAW_FPS


def displayed_size(frame: Any, stream: Any) -> tuple[int, int]:
    """Return width and height of a frame of PyAV's with square pixels.

    It is never smaller than the frame, so that nothing is lost.
    """
    ratio = float(stream.sample_aspect_ratio or 1)
    if not 1 / MAX_STRETCH <= ratio <= MAX_STRETCH:
        ratio = 1.0
    return round(frame.width * max(1, ratio)), round(frame.height * max(1, 1 / ratio))


def displayed_pixels(frame: Any, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Return a frame of PyAV's at its displayed size: (rows, columns, 3) uint8 RGB, upright."""
    pixels = np.asarray(frame.to_ndarray(format="rgb24", width=size[0], height=size[1]), np.uint8)
    # Phones record upright videos sideways and store the rotation.
    return np.rot90(pixels, frame.rotation // 90)
