"""The daemon's MQTT output as one simulated device uses it, with counts of its messages.

The only module of `bench.fleet` that uses emotion_edge.output and emotion_edge.pipeline.
"""

import random
import time
from argparse import Namespace
from collections import Counter
from threading import Lock
from types import SimpleNamespace
from typing import Self, cast

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.cli.parser import make_parser
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classification
from emotion_edge.output import reporter
from emotion_edge.output.mqtt.publisher import MqttPublisher
from emotion_edge.pipeline.analyzer import FaceAnalyzer, FaceResult
from emotion_edge.pipeline.smoothing import Decision
from emotion_edge.pipeline.stats import PipelineStats

LABELS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
DEFAULTS = make_parser("").parse_args(["run"])
ANALYZER = cast(FaceAnalyzer, SimpleNamespace(faces=1, detect_ms=9.87))
_counts: Counter[tuple[str, bool]] = Counter()
_lock = Lock()


def published() -> Counter[tuple[str, bool]]:
    """Return this process's messages so far, by kind and by whether there was a connection."""
    with _lock:
        return _counts.copy()


class CountingPublisher(MqttPublisher):
    """Counts the messages that it is given."""

    def _publish(self, topic: str, payload: str, *, retain: bool) -> None:
        connected = self._client.is_connected()
        with _lock:
            _counts[topic.rpartition("/")[2], connected] += 1
        if connected:
            super()._publish(topic, payload, retain=retain)


class Output:
    """As a context manager it is connected."""

    def __init__(self, prefix: str, port: int) -> None:
        """prefix: of its topics. port: of a broker on this machine."""
        # Each process of `bench.fleet` has devices only, so nothing else is affected.
        reporter.MqttPublisher = CountingPublisher  # type: ignore[attr-defined]
        destination = f"mqtt://127.0.0.1:{port}/{prefix}"
        args = Namespace(**{**vars(DEFAULTS), "to": [destination]})
        self._stats, self._frames = PipelineStats(), 0
        self._report = reporter.Report(args, self._stats, LABELS)

    def __enter__(self) -> Self:
        self._report.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._report.__exit__(None, None, None)

    def publish(self, label: str, *, changed: bool, rng: random.Random) -> None:
        """Publish a frame with one face. rng: for its scores and its place."""
        frame = Frame("picamera2", self._frames, np.zeros((1, 1, 3), np.uint8), time.monotonic())
        self._frames += 1
        self._stats.processed(frame, 1)
        lines = self._report.frame(frame, [make_result(label, changed, rng)], ANALYZER)
        assert not list(lines)  # no destination is stdout


def make_result(label: str, changed: bool, rng: random.Random) -> FaceResult:
    """Return a face with random scores at a random place."""
    weights = np.array([rng.random() for _ in LABELS])
    values = weights / weights.sum()
    scores = dict(zip(LABELS, values.tolist(), strict=True))
    result = Classification(label, 0.5, scores, values, values, 1.23, 12.34)
    box = Box(rng.randrange(400), rng.randrange(300), 123.0)
    return FaceResult(Decision(label), 1, box, result, values, changed)
