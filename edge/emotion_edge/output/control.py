"""Pause and resume from where the daemon runs, beside what brokers command."""

from collections.abc import Callable

from emotion_edge.pipeline.stats import PipelineStats


class Control:
    """Pauses and resumes the daemon for the page; whoever commands last is obeyed.

    on_command: pauses (True) or resumes. `MqttSink` puts its own in this place, so that the brokers
    learn of it.
    """

    def __init__(self, stats: PipelineStats) -> None:
        """Command nobody but `stats`."""
        self._stats = stats
        self.on_command: Callable[[bool], None] = self._set

    def _set(self, paused: bool) -> None:
        self._stats.paused = paused

    def command(self, *, paused: bool) -> None:
        """Pause or resume; any thread may do so."""
        self.on_command(paused)
