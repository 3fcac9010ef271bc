"""A light for the people in view: a GPIO pin that is high while a camera's frames are analysed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Lock

from emotion_edge.capture.frame import CameraLost
from emotion_edge.capture.frame_rate import Frames
from emotion_edge.errors import RunError
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.gpio import OutputPin, open_pin
from emotion_edge.util.ticker import Ticker

CHECK_S = 0.2  # for a pause or its end to be seen, however rare frames are


class Indicator:
    """Drives a pin by the frames that pass, and by the pauses in `stats`."""

    def __init__(self, pin: OutputPin, stats: PipelineStats) -> None:
        """Prepare; the pin stays as it is."""
        self._pin, self._stats, self._lock = pin, stats, Lock()
        self._reading = False

    def watch(self, frames: Frames) -> Frames:
        """Yield the frames; the pin is high before one is yielded, and low when there are none.

        It is low as well while the daemon is paused. Raises RunError if it cannot be set.
        """
        try:
            for frame in frames:
                self._set(not isinstance(frame, CameraLost))
                yield frame
                del frame  # before the next one is decoded
        finally:
            self._set(False)

    def _set(self, reading: bool) -> None:
        with self._lock:
            self._reading = reading
            self._pin.set(reading and not self._stats.paused)

    def check_pause(self) -> None:
        """Set the pin if the daemon has been paused or resumed since the last frame."""
        # The next frame sets the pin, too, and ends the program if that fails.
        with suppress(RunError), self._lock:
            self._pin.set(self._reading and not self._stats.paused)


@contextmanager
def indicating(name: str, frames: Frames, stats: PipelineStats) -> Iterator[Frames]:
    """Open the pin `name` and yield the frames that drive it.

    Raises UserError if the pin cannot be used.
    """
    with open_pin(name) as pin:
        indicator = Indicator(pin, stats)
        with Ticker(indicator.check_pause, CHECK_S), closing(indicator.watch(frames)) as watched:
            yield watched
