"""A light for the people in view: a GPIO pin that is high while a camera's frames are analysed."""

from collections.abc import Callable, Iterator
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
    """Drives a pin by the frames that pass, and by the pauses in their sources' `stats`."""

    def __init__(self, pin: OutputPin) -> None:
        """Prepare; the pin stays as it is."""
        self._pin, self._lock = pin, Lock()
        self._reading: list[PipelineStats] = []  # of the sources that give frames

    def watch(self, frames: Frames, stats: PipelineStats) -> Frames:
        """Yield a source's frames; the pin is high before one is yielded.

        It is low when no source gives frames, or those that do are paused. It closes `frames` at
        its end. Raises RunError if the pin cannot be set.
        """
        with closing(frames):
            try:
                for frame in frames:
                    self._set(stats, reading=not isinstance(frame, CameraLost))
                    yield frame
                    del frame  # before the next one is decoded
            finally:
                self._set(stats, reading=False)

    def _set(self, stats: PipelineStats, *, reading: bool) -> None:
        with self._lock:
            self._reading = [each for each in self._reading if each is not stats]
            if reading:
                self._reading.append(stats)
            self._show()

    def _show(self) -> None:
        self._pin.set(not all(stats.paused for stats in self._reading))

    def check_pause(self) -> None:
        """Set the pin if a source has been paused or resumed since the last frame."""
        # The next frame sets the pin, too, and ends the program if that fails.
        with suppress(RunError), self._lock:
            self._show()


@contextmanager
def indicating(name: str) -> Iterator[Callable[[Frames, PipelineStats], Frames]]:
    """Open the pin `name`; yield a function that returns a source's frames, which then drive it.

    Raises UserError if the pin cannot be used.
    """
    with open_pin(name) as pin:
        indicator = Indicator(pin)
        with Ticker(indicator.check_pause, CHECK_S):
            yield indicator.watch
