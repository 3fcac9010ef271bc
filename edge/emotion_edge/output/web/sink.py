"""The page as a sink: `--web`."""

import logging
import socket
from threading import Event
from typing import Self

from emotion_edge.capture.source import SourceSettings, shown_name
from emotion_edge.errors import UserError
from emotion_edge.output.control import Control
from emotion_edge.output.host_rules import HostRules
from emotion_edge.output.json_lines import Line, lines_of
from emotion_edge.output.settings import OutputSettings
from emotion_edge.output.sink import Sink
from emotion_edge.output.web.access.opening import open_access
from emotion_edge.output.web.access.tls import tls_context
from emotion_edge.output.web.daemon_site import DaemonSite
from emotion_edge.output.web.face_reader import FaceReader
from emotion_edge.output.web.handlers.routes import DAEMON, make_application
from emotion_edge.output.web.history_reader import HistoryReader
from emotion_edge.output.web.picture import Pictures
from emotion_edge.output.web.server import Server
from emotion_edge.output.web.state import Facts, Look, Seen
from emotion_edge.output.web.viewers import Viewers
from emotion_edge.pipeline.factory import AnalyzerSettings
from emotion_edge.pipeline.results import AggregateResult, FrameResult, Result
from emotion_edge.pipeline.stats import PipelineStats

SNAPSHOT_PATIENCE_S = 10.0  # beyond the time between two frames, and between two snapshots
log = logging.getLogger(__name__)


class WebSink(Sink):
    """Serves the page while it is open."""

    def __init__(
        self,
        settings: OutputSettings,
        stats: PipelineStats,
        labels: tuple[str, ...],
        *,
        source: SourceSettings,
        analyzer: AnalyzerSettings,
        control: Control,
        stop: Event,
    ) -> None:
        """Prepare; raises UserError if settings.web cannot be used, or is not safe."""
        assert settings.web is not None
        self._web, self._analyzer = settings.web, analyzer
        web = self._web
        self._aggregate = settings.aggregate is not None
        guard, context = open_access(web)
        self._site = DaemonSite(
            facts=_facts(settings, source, analyzer),
            stats=stats,
            seen=Seen(labels, analyzer.model_name),
            viewers=Viewers(stats, web.viewers, control.on_watched),
            guard=guard,
            hosts=HostRules(web.hosts),
            control=control,
            faces=FaceReader(analyzer, source.max_megapixels, stop),
            pictures=None if self._aggregate or not web.picture else self._pictures(),
            history=HistoryReader(settings.history) if settings.history else None,
            patience=SNAPSHOT_PATIENCE_S + source.every + 1 / web.rate,
            secure=context is not None,
            purpose=web.purpose,
            contact=web.contact,
            keeps_pictures=settings.draw is not None,
            has_fixed_times=self._aggregate,
        )
        self._server = Server(
            web.address, make_application(self._site, DAEMON), context, self._site.watching
        )

    def _pictures(self) -> Pictures:
        return Pictures(self._web.width, self._web.rate, self._deliver)

    def _deliver(self, kind: str, jpeg: bytes) -> None:
        self._server.call(self._site.picture_hub.deliver, kind, jpeg)

    def __enter__(self) -> Self:
        """Start to serve; raises RunError if nobody can listen at the address."""
        self._server.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop to serve."""
        self._server.stop()
        self._site.viewers.end()
        self._site.close()

    def begin(self, labels: tuple[str, ...]) -> None:
        """Take another model's labels and name."""
        self._site.seen.labels, self._site.seen.model = labels, self._analyzer.model_name
        self._site.faces.reload()

    def reload(self) -> None:
        """Read the certificate's files again."""
        try:
            self._server.renew(tls_context(self._web))
        except UserError as error:
            log.error("keeping the present certificate: %s", error)

    def publish(self, result: Result) -> None:
        """Note a result, and hand it to those who watch."""
        with self._site.lock:
            self._take(result)

    def _take(self, result: Result) -> None:
        site = self._site
        if isinstance(result, AggregateResult):
            if result.counts:
                site.seen.counts = dict(result.counts.counts)
        elif not isinstance(result, FrameResult):
            site.forget()
        elif site.stats.paused:
            return  # it was analysed before the pause
        else:
            site.seen.look = Look.at(result)
            if site.pictures:
                site.pictures.offer(
                    result,
                    streaming=site.viewers.pictures > 0,
                    snapshot=site.picture_hub.is_awaited("snapshot"),
                )
        if site.events.is_read:
            lines = map(_shown, lines_of(result, every_frame=False))
            site.events.add(lines, seen=isinstance(result, FrameResult))


def _shown(line: Line) -> Line:
    """Return a line without the folders of its file, as the state names the source."""
    source = line.get("source")
    return {**line, "source": shown_name(source)} if isinstance(source, str) else line


def _facts(settings: OutputSettings, source: SourceSettings, analyzer: AnalyzerSettings) -> Facts:
    return Facts(
        title=f"emotion-edge on {_name(settings)}",
        source=source.shown,
        aggregate=settings.aggregate,
        history=settings.history is not None,
        find_side=analyzer.detector.min_face,
    )


def _name(settings: OutputSettings) -> str:
    """Return what tells this daemon from another: the topics' prefix, or the computer and port."""
    for broker in settings.brokers:
        return broker.prefix.removeprefix("emotion-edge/")
    assert settings.web is not None
    return f"{socket.gethostname()}:{settings.web.address.port}"
