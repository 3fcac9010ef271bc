"""Metrics for Prometheus: `--metrics`.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import importlib
import logging
import threading
from collections.abc import Iterator
from typing import Any, Self

from emotion_edge.errors import RunError, UserError
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.label_times import LabelTotals
from emotion_edge.pipeline.results import FrameResult, Result
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.hardware import cpu_temperature, resident_memory
from emotion_edge.util.address import Address
from emotion_edge.util.installation import install_hint

log = logging.getLogger(__name__)
# Seconds. A Pi takes from under one millisecond (scaling) to some hundred (detecting faces).
_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class PrometheusSink(Sink):
    """Serves http://HOST:PORT/metrics while it is open."""

    def __init__(
        self, address: Address, stats: PipelineStats, labels: tuple[str, ...], *, latencies: bool
    ) -> None:
        """Prepare the metrics; raises UserError if prometheus_client is not installed.

        labels: the model's. latencies: measure the steps of each frame. Not with --aggregate,
        because the number of classified faces shows when somebody was there.
        """
        library = _library()
        self._library, self._address = library, address
        self._totals = LabelTotals(labels)
        self._registry = library.CollectorRegistry()
        self._registry.register(_StatsCollector(library, stats))
        self._registry.register(_LabelCollector(library, self._totals))
        self._latency = _latency_histogram(library, self._registry) if latencies else None

    def __enter__(self) -> Self:
        """Start to serve; raises RunError if the address cannot be used."""
        # The library of HTTP takes memory that a daemon without metrics does not need.
        from emotion_edge.output.metrics_server import MetricsServer  # noqa: PLC0415

        application = self._library.make_wsgi_app(self._registry)
        try:
            self._server = MetricsServer(self._address, application)
        except (OSError, UnicodeError) as error:  # UnicodeError: not a valid host name
            reason = getattr(error, "strerror", None) or "not a host name"
            raise RunError(f"--metrics {self._address}: cannot listen there: {reason}") from None
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        log.info("metrics: http://%s/metrics", self._address)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()

    def begin(self, labels: tuple[str, ...]) -> None:
        """Serve another model's labels, too."""
        self._totals.begin(labels)

    def publish(self, result: Result) -> None:
        """Count the labels and the latencies of a frame."""
        self._totals.add(result)
        if self._latency is None or not isinstance(result, FrameResult):
            return
        if result.detect_ms:
            self._latency.labels("find").observe(result.detect_ms / 1000)
        for answer in (face.classification for face in result.faces):
            self._latency.labels("preprocess").observe(answer.preprocess_ms / 1000)
            self._latency.labels("inference").observe(answer.inference_ms / 1000)


def _library() -> Any:
    try:
        importlib.import_module("prometheus_client.core")
        return importlib.import_module("prometheus_client")
    except ImportError:
        raise UserError(f"--metrics needs prometheus_client: {install_hint('metrics')}") from None


def _latency_histogram(library: Any, registry: Any) -> Any:
    histogram = library.Histogram(
        "emotion_edge_latency_seconds",
        "Time to find faces in a frame (find), and for each face to scale it (preprocess) and to "
        "classify it (inference).",
        ["stage"],
        buckets=_BUCKETS,
        registry=registry,
    )
    for stage in ("find", "preprocess", "inference"):
        histogram.labels(stage)
    return histogram


class _StatsCollector:
    """A collector as prometheus_client defines it: its server's thread calls it at each scrape."""

    def __init__(self, library: Any, stats: PipelineStats) -> None:
        self._core, self._stats = library.core, stats

    def collect(self) -> Iterator[Any]:
        """Yield a metric family for each number that is known now."""
        stats = self._stats
        reconnects = self._counter("reconnects", "Reconnections.", labels=["target"])
        reconnects.add_metric(["camera"], stats.camera_reconnects)
        reconnects.add_metric(["mqtt"], stats.mqtt_reconnects)
        yield reconnects
        text = "Frames analysed; with --aggregate, dropped ones as well."
        yield self._counter("frames", text, value=stats.counted)
        dropped = stats.shown.dropped
        yield self._counter("dropped_frames", "Frames that came too late.", value=dropped)
        text = "Lines that the reader of stdout was too slow for."
        yield self._counter("dropped_lines", text, value=stats.dropped_lines)
        for name, text, value in (
            ("faces", "Faces in view.", stats.faces),
            ("paused", "Whether it is paused.", stats.paused),
            ("streaming", "Whether the source gives frames.", stats.streaming),
            ("temperature_celsius", "The processor's temperature.", cpu_temperature()),
            ("resident_memory_bytes", "Resident memory of the process.", resident_memory()),
        ):
            if value is not None:
                yield self._core.GaugeMetricFamily(f"emotion_edge_{name}", text, value=value)

    def _counter(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self._core.CounterMetricFamily(f"emotion_edge_{name}", *arguments, **options)


class _LabelCollector:
    """Serves the totals of each label, as `--history` writes them."""

    def __init__(self, library: Any, totals: LabelTotals) -> None:
        self._core, self._totals = library.core, totals

    def collect(self) -> Iterator[Any]:
        """Yield the seconds and the faces of each label."""
        text = "Time of all faces with a label, added up; of no_face, time without a face."
        seconds = self._core.CounterMetricFamily(
            "emotion_edge_label_seconds", text, labels=["label"]
        )
        text = "Faces with a label, each frame anew; of no_face, frames without a face."
        faces = self._core.CounterMetricFamily("emotion_edge_label_faces", text, labels=["label"])
        for label, seen in self._totals.read().items():
            seconds.add_metric([label], seen.seconds)
            faces.add_metric([label], seen.count)
        yield seconds
        yield faces
