"""What --metrics serves: numbers about the daemon, for Prometheus.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import importlib
import logging
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emotion_edge.errors import RunError, UserError
from emotion_edge.pipeline.analyzer import FaceResult
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.hardware import cpu_temperature, resident_memory

log = logging.getLogger("emotion-edge")
INSTALL = "pip install 'emotion-edge[metrics]'"
# Seconds. A Pi takes from under one millisecond (scaling) to some hundred (a search for faces).
_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

Observe = Callable[[list[FaceResult], float], None]


@contextmanager
def metrics(args: Namespace, status: PipelineStats) -> Iterator[Observe]:
    """Serve http://…/metrics at `args.metrics` within the block; without that option do nothing.

    Yields what is to be given each frame's sightings, and the milliseconds that looking for faces
    took. With `args.aggregate` it does nothing: how often faces are classified tells when somebody
    was there. Raises UserError without prometheus_client, RunError where nothing can listen there.
    """
    if args.metrics is None:
        yield _nothing
        return
    library = _library()
    registry = library.CollectorRegistry()
    registry.register(_State(library, status))
    observe = _nothing if args.aggregate else _latencies(library, registry)
    host, port = args.metrics
    try:
        server, _ = library.start_http_server(port, host, registry)
    except (OSError, UnicodeError) as error:  # UnicodeError: of a name that cannot be one
        reason = getattr(error, "strerror", None) or "that is no host's name"
        raise RunError(f"--metrics {args.metrics}: cannot listen there: {reason}") from None
    log.info("metrics: http://%s/metrics", args.metrics)
    try:
        yield observe
    finally:
        server.shutdown()
        server.server_close()


def _nothing(sightings: list[FaceResult], find_ms: float) -> None:
    pass


def _library() -> Any:
    try:
        importlib.import_module("prometheus_client.core")
        return importlib.import_module("prometheus_client")
    except ImportError:
        raise UserError(f"--metrics needs prometheus_client: {INSTALL}") from None


def _latencies(library: Any, registry: Any) -> Observe:
    histogram = library.Histogram(
        "emotion_edge_latency_seconds",
        "Time to look for faces in a frame (find), and for each face to scale it (preprocess) and "
        "to classify it (inference).",
        ["stage"],
        buckets=_BUCKETS,
        registry=registry,
    )
    find, preprocess, inference = map(histogram.labels, ("find", "preprocess", "inference"))

    def observe(sightings: list[FaceResult], find_ms: float) -> None:
        if find_ms:
            find.observe(find_ms / 1000)
        for result in (sighting.result for sighting in sightings):
            if result:
                preprocess.observe(result.preprocess_ms / 1000)
                inference.observe(result.inference_ms / 1000)

    return observe


class _State:
    """A collector in prometheus_client's sense: asked anew at each scrape, by another thread."""

    def __init__(self, library: Any, status: PipelineStats) -> None:
        self._core, self._status = library.core, status

    def collect(self) -> Iterator[Any]:
        """Yield a family for each number that there is now."""
        status, reconnects = (
            self._status,
            self._counter("reconnects", "Comebacks.", labels=["target"]),
        )
        reconnects.add_metric(["camera"], status.camera_reconnects)
        reconnects.add_metric(["mqtt"], status.mqtt_reconnects)
        yield reconnects
        yield self._counter("frames", "Frames looked at.", value=status.frames)
        yield self._counter("dropped_frames", "Frames that came too late.", value=status.dropped)
        for name, text, value in (
            ("faces", "Faces in sight.", status.faces),
            ("paused", "Whether it is paused.", status.paused),
            ("streaming", "Whether the source gives frames.", status.streaming),
            ("temperature_celsius", "The processor's temperature.", cpu_temperature()),
            ("resident_memory_bytes", "Memory that the process has resident.", resident_memory()),
        ):
            if value is not None:
                yield self._core.GaugeMetricFamily(f"emotion_edge_{name}", text, value=value)

    def _counter(self, name: str, *arguments: Any, **options: Any) -> Any:
        return self._core.CounterMetricFamily(f"emotion_edge_{name}", *arguments, **options)
