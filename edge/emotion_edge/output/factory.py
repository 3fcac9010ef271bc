"""Create the sinks that the settings ask for."""

import logging
import math
import sys
from collections.abc import Iterator
from threading import Event
from typing import TYPE_CHECKING

from emotion_edge.capture.source import SourceSettings
from emotion_edge.errors import UserError
from emotion_edge.output.control import Control
from emotion_edge.output.mqtt.password import password_dangers
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.updates.watch import UpdateWatch
from emotion_edge.output.prometheus import PrometheusSink
from emotion_edge.output.settings import OutputSettings
from emotion_edge.output.sink import Sink
from emotion_edge.output.stdout import StdoutSink
from emotion_edge.pipeline.factory import AnalyzerSettings
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.util.installation import install_hint

if TYPE_CHECKING:
    from emotion_edge.output.web.sink import WebSink

# Home Assistant forgets a state that is not published again within EXPIRE_HEARTBEATS heartbeats (or
# frame intervals, if these are longer), but keeps it for at least MIN_EXPIRE_S seconds: while a
# camera is lost, the state is published only at each attempt to reopen it, every 30 s.
EXPIRE_HEARTBEATS, MIN_EXPIRE_S = 3, 90.0
# A reader that takes no line for so long must not hold up what brokers get.
STALL_S = 1.0
log = logging.getLogger(__name__)


def check_output(settings: OutputSettings, *, several: bool = False) -> None:
    """Raise UserError if the settings contradict each other or stdout is closed.

    several: whether there is more than one source. Warns of what endangers the password for the
    brokers.
    """
    for name in ("web", "metrics", "history", "draw") if several else ():
        if getattr(settings, name):
            raise UserError(f"--{name} is for one --source", "start a program for each camera")
    if settings.stdout and sys.stdout is None:
        raise UserError("stdout is closed, and --to does not name another place")
    if settings.draw and settings.aggregate:
        raise UserError("--draw shows who was there, which --aggregate must hide")
    for danger, remedy in password_dangers(settings.brokers, settings.mqtt.password_file):
        log.warning("%s; %s", danger, remedy)


def make_sinks(
    settings: OutputSettings,
    stats: PipelineStats,
    labels: tuple[str, ...],
    *,
    source: SourceSettings,
    analyzer: AnalyzerSettings,
    updates: UpdateWatch | None = None,
    stop: Event,
) -> Iterator[Sink]:
    """Yield each sink of a source but stdout's, to be entered in this order.

    labels: the model's. analyzer: of the frames. updates: of the model, for brokers. stop: set when
    the program is to end. Raises UserError if a setting cannot be used.
    """
    control = Control(stats)
    if settings.metrics:
        latencies = settings.aggregate is None
        yield PrometheusSink(settings.metrics, stats, labels, latencies=latencies)
    yield from _file_sinks(settings, source.source, stop)
    if settings.brokers:
        # As for the web server, memory is for those who use it.
        from emotion_edge.output.mqtt.sink import MqttSink  # noqa: PLC0415

        reporting = _reporting(settings, analyzer.heartbeat, source.every)
        mqtt = MqttSink(settings.brokers, settings.mqtt, stats, labels, reporting, stop, updates)
        control.on_command, control.on_watched = mqtt.command, mqtt.show_watched
        yield mqtt
    if settings.web:
        make_web_sink = _web_sink()
        yield make_web_sink(
            settings, stats, labels, source=source, analyzer=analyzer, control=control, stop=stop
        )


def make_stdout_sink(
    settings: OutputSettings, stats: PipelineStats, stop: Event, *, live: bool
) -> Sink:
    """Return the sink of stdout, to be entered last. live: see `SourceSettings`."""
    patience = _patience(live=live, alone=not settings.brokers)
    return StdoutSink(stats, stop, patience=patience, every_frame=settings.every_frame)


def _file_sinks(settings: OutputSettings, source: str, stop: Event) -> Iterator[Sink]:
    if settings.draw:
        # FreeType takes one and a half megabytes that a daemon does not need.
        from emotion_edge.output.contact_sheet import ContactSheetSink  # noqa: PLC0415

        yield ContactSheetSink(settings.draw, source, stop)
    if settings.history:
        # SQLite takes memory that a daemon without a history does not need.
        from emotion_edge.output.history.sink import HistorySink  # noqa: PLC0415

        yield HistorySink(settings.history, days=settings.history_days, period=settings.aggregate)


def _reporting(settings: OutputSettings, heartbeat: float, frame_interval: float) -> Reporting:
    return Reporting(
        heartbeat=heartbeat,
        expire=_expire(heartbeat, frame_interval),
        every_frame=settings.every_frame,
        aggregate=settings.aggregate is not None,
        page=settings.web.url if settings.web else None,
    )


def _web_sink() -> "type[WebSink]":
    # The web server takes memory that a daemon without a page does not need.
    try:
        from emotion_edge.output.web.sink import WebSink  # noqa: PLC0415
    except ImportError:
        raise UserError(f"--web needs tornado: {install_hint('web')}") from None
    return WebSink


def _patience(*, live: bool, alone: bool) -> float:
    """Return how long a reader of stdout that stalls may delay the frames."""
    if live:
        return 0.0
    return math.inf if alone else STALL_S


def _expire(heartbeat: float, frame_interval: float) -> float:
    if not heartbeat:
        return 0.0
    return max(MIN_EXPIRE_S, EXPIRE_HEARTBEATS * max(heartbeat, frame_interval))
