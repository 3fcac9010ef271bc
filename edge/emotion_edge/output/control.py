"""What the page and the brokers let each other know: a pause, and that somebody watches."""

from collections.abc import Callable

from emotion_edge.pipeline.stats import PipelineStats


class Control:
    """Pauses and resumes the daemon for the page; whoever commands last is obeyed.

    on_command: pauses (True) or resumes. `MqttSink` puts its own in this place, so that the brokers
    learn of it. on_watched: called on the server's thread when `stats.watched` has changed.
    """

    def __init__(self, stats: PipelineStats) -> None:
        """Command nobody but `stats`."""
        self._stats = stats
        self.on_command: Callable[[bool], None] = self._set
        self.on_watched: Callable[[], None] = lambda: None

    def _set(self, paused: bool) -> None:
        self._stats.paused = paused

    def command(self, *, paused: bool) -> None:
        """Pause or resume; any thread may do so."""
        self.on_command(paused)
