"""The daemon's MQTT output as one simulated device uses it, with counts of its messages."""

import random
import threading
import time
from collections import Counter

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classification
from emotion_edge.output.mqtt import sink
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.connection import MqttConnection
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.pipeline.heartbeat import Event, Heartbeat
from emotion_edge.pipeline.results import FaceResult, FrameResult
from emotion_edge.pipeline.smoothing import Decision
from emotion_edge.pipeline.stats import PipelineStats

LABELS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
_counts: Counter[tuple[str, bool]] = Counter()
_lock = threading.Lock()


def published() -> Counter[tuple[str, bool]]:
    """Return this process's messages so far, by kind and by whether there was a connection."""
    with _lock:
        return _counts.copy()


class CountingPublisher(MqttConnection):
    """Counts the messages that it is given."""

    def _publish(self, topic: str, payload: str, *, retain: bool) -> None:
        connected = self._is_open
        with _lock:
            _counts[topic.rpartition("/")[2], connected] += 1
        if connected:
            super()._publish(topic, payload, retain=retain)


class Output:
    """Publishes frames with one face. sink: a context manager; it is connected while it is open."""

    def __init__(self, prefix: str, port: int) -> None:
        """prefix: of its topics. port: of a broker on this machine."""
        # A process of `bench.fleet` has simulated devices only, so this affects nothing else.
        sink.MqttConnection = CountingPublisher  # type: ignore[attr-defined]
        broker = Broker("127.0.0.1", port, tls=False, user=None, prefix=prefix)
        reporting = Reporting()
        self._stats, self._frames = PipelineStats(), 0
        self.sink = sink.MqttSink(
            [broker], MqttSettings(), self._stats, LABELS, reporting, threading.Event()
        )
        self._heartbeat = Heartbeat(reporting.heartbeat)

    def publish(self, label: str, *, changed: bool, rng: random.Random) -> None:
        """Publish a frame with one face. rng: for its scores and its place."""
        now = time.monotonic()
        frame = Frame("picamera2", self._frames, np.zeros((1, 1, 3), np.uint8), now)
        self._frames += 1
        self._stats.processed(frame, 1)
        face = make_face(label, self._heartbeat.event(now, changed=changed), rng)
        self.sink.publish(FrameResult(frame=frame, faces=(face,), face_count=1, detect_ms=9.87))


def make_face(label: str, event: Event, rng: random.Random) -> FaceResult:
    """Return a face with random scores at a random place."""
    weights = np.array([rng.random() for _ in LABELS])
    values = weights / weights.sum()
    by_label = dict(zip(LABELS, values.tolist(), strict=True))
    return FaceResult(
        number=1,
        box=Box(rng.randrange(400), rng.randrange(300), 123.0),
        decision=Decision(label),
        classification=Classification(label, 0.5, by_label, values, values, values, 1.23, 12.34),
        scores=values,
        event=event,
    )
