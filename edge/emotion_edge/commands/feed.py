"""A source on its way through the daemon: its frames, faces, counters and outputs."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from threading import Event

from emotion_edge.capture.frame import CameraLost, Frame
from emotion_edge.capture.frame_rate import Frames
from emotion_edge.capture.merged import Numbered, Opener, merge_frames
from emotion_edge.capture.source import SourceSettings
from emotion_edge.commands.settings import RunSettings
from emotion_edge.output.factory import make_sinks, make_stdout_sink
from emotion_edge.output.mqtt.updates.watch import UpdateWatch
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.aggregate import LabelCounter
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.factory import make_analyzers
from emotion_edge.pipeline.results import FrameResult, NoSignal
from emotion_edge.pipeline.stats import PipelineStats

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Feed:
    """A source, and what belongs to it alone. counter: with --aggregate."""

    source: SourceSettings
    analyzer: FaceAnalyzer
    stats: PipelineStats
    counter: LabelCounter | None

    def process(self, frame: Frame | CameraLost, sinks: Sequence[Sink]) -> None:
        """Analyse a frame and publish what it shows."""
        found = self._analyze(frame)
        result = self.counter.process(found) if self.counter else found
        for sink in sinks:
            sink.publish(result)

    def _analyze(self, frame: Frame | CameraLost) -> FrameResult | NoSignal:
        if isinstance(frame, CameraLost):
            self.stats.stream_lost(frame.reason)
            return self.analyzer.no_signal(frame.source, "no_camera")
        result = None if self.stats.paused else self.analyzer.process(frame)
        if result is None or self.stats.paused:  # the pause may have come while it was analysed
            self.stats.received(frame)
            return self.analyzer.no_signal(frame.source, "paused")
        self.stats.processed(frame, None if self.counter else result.face_count)
        return result

    @property
    def summary(self) -> str:
        """The state in one line, with the source's name if it has one."""
        name = self.source.given_name
        return f"{name}: {self.stats.summary}" if name else self.stats.summary


def make_feeds(settings: RunSettings, stop: Event) -> list[Feed]:
    """Return a feed for each source; raises what `make_analyzers` does."""
    aggregate, web = settings.output.aggregate, settings.output.web
    feeds = []
    analyzers = make_analyzers(settings.analyzer, len(settings.sources), stop)
    for source, analyzer in zip(settings.sources, analyzers, strict=True):
        stats = PipelineStats(periodic=aggregate is not None, watched=False if web else None)
        counter = LabelCounter(aggregate, stats, source.given_name) if aggregate else None
        feeds.append(Feed(source, analyzer, stats, counter))
    return feeds


def open_frames(
    feeds: Sequence[Feed], indicator: str | None, stack: ExitStack, stop: Event
) -> Numbered:
    """Return the frames of all feeds, each with its feed's number.

    indicator: a pin, which the frames of cameras drive; `stack` closes it. Raises UserError if a
    source or the pin cannot be used.
    """
    openers: list[Opener] = [feed.source.open for feed in feeds]
    if indicator:
        openers = _indicate(indicator, feeds, stack)
    if len(openers) > 1:
        return merge_frames(openers, stop)
    return _numbered(openers[0](stop))


def _numbered(frames: Frames) -> Numbered:
    with closing(frames):
        for frame in frames:
            yield 0, frame
            del frame  # before the next one is decoded


def _indicate(pin: str, feeds: Sequence[Feed], stack: ExitStack) -> list[Opener]:
    """Return what opens the sources; the cameras' frames switch the light."""
    if not any(feed.source.may_be_camera for feed in feeds):
        log.info("%s is left alone: --source is no camera", pin)
        return [feed.source.open for feed in feeds]
    # Imported here because few have a light, and memory is for all.
    from emotion_edge.pipeline.indicator import indicating  # noqa: PLC0415

    watch = stack.enter_context(indicating(pin))

    def open_watched(feed: Feed, stop: Event) -> Frames:
        frames = feed.source.open(stop)
        return watch(frames, feed.stats) if feed.source.may_be_camera else frames

    return [partial(open_watched, feed) for feed in feeds]


def open_sinks(
    feeds: Sequence[Feed], settings: RunSettings, stack: ExitStack, stop: Event
) -> list[list[Sink]]:
    """Return the open sinks of each feed; all share stdout's. `stack` closes them."""
    request = settings.run_dir and settings.run_dir / "update-request"
    updates = UpdateWatch(settings.analyzer.models / "update.json", request)
    all_sinks = []
    for feed in feeds:
        made = make_sinks(
            settings.output.of_source(feed.source.given_name),
            feed.stats,
            feed.analyzer.labels,
            source=feed.source,
            analyzer=settings.analyzer,
            updates=updates,
            stop=stop,
        )
        all_sinks.append([stack.enter_context(sink) for sink in made])
    if settings.output.stdout:
        live = any(feed.source.live for feed in feeds)
        stdout = make_stdout_sink(settings.output, feeds[0].stats, stop, live=live)
        stack.enter_context(stdout)
        for sinks in all_sinks:
            sinks.append(stdout)
    return all_sinks
