"""Results on MQTT: events, the main face's label, the daemon's state, Home Assistant discovery."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from emotion_edge.output.json_lines import (
    Line,
    counts_line,
    dumps,
    face_fields,
    lines_of,
    utc_text,
)
from emotion_edge.output.mqtt.address import Broker
from emotion_edge.output.mqtt.connection import MqttConnection
from emotion_edge.output.mqtt.home_assistant import discovery_message, discovery_topic
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.heartbeat import Heartbeat
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.results import (
    AggregateResult,
    FrameResult,
    NoSignal,
    Result,
    utc_now,
)
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.hardware import cpu_temperature


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """The content and the frequency of the messages.

    heartbeat: seconds after which an unchanged state is published again; 0: never. expire: seconds
    after which Home Assistant forgets a state; 0: never. every_frame: see `lines_of`. aggregate:
    publish nothing about single faces.
    """

    heartbeat: float = 10.0
    expire: float = 90.0
    every_frame: bool = False
    aggregate: bool = False


class MqttSink(Sink):
    """Publishes to several brokers."""

    def __init__(
        self,
        brokers: Sequence[Broker],
        settings: MqttSettings,
        stats: PipelineStats,
        labels: tuple[str, ...],
        reporting: Reporting,
    ) -> None:
        """Prepare the connections; raises UserError if they cannot be made. labels: the model's."""
        self._settings, self._stats, self._reporting = settings, stats, reporting
        self._main_face, self._heartbeat = MainFace(), Heartbeat(reporting.heartbeat)
        self._published: object = None
        self._connections = [
            MqttConnection(broker, settings, on_pause=self._pause, on_reconnect=self._reconnected)
            for broker in brokers
        ]
        self._stack = ExitStack()
        self.begin(labels)
        self._pause(False)
        self._publish_state_if_due()

    def __enter__(self) -> Self:
        """Start to connect to all brokers."""
        for connection in self._connections:
            self._stack.enter_context(connection)
        return self

    def __exit__(self, *exception: object) -> None:
        """Publish "offline" and disconnect."""
        self._stack.close()

    def begin(self, labels: tuple[str, ...]) -> None:
        """Announce the model's labels to Home Assistant; the main face's label stays for now."""
        self._main_face.reset()
        if not self._settings.discovery:
            return
        for connection in self._connections:
            topic = discovery_topic(connection.broker, self._settings.discovery)
            message = discovery_message(
                connection.broker,
                labels,
                expire=self._reporting.expire,
                aggregate=self._reporting.aggregate,
            )
            connection.publish_state(f"/{topic}", message)

    def publish(self, result: Result) -> None:
        """Publish a result's events, and the state if it changed or is due."""
        if isinstance(result, AggregateResult):
            self._publish_counts(result)
        else:
            self._publish_events(result)
        self._publish_state_if_due()

    def _publish_counts(self, result: AggregateResult) -> None:
        if result.counts:
            self._publish_states(counts=dumps(counts_line(result.counts)))

    def _publish_events(self, result: FrameResult | NoSignal) -> None:
        if isinstance(result, FrameResult):
            self._main_face.update(result)
        elif result.changed:
            self._main_face.no_signal(result.reason)
        for line in lines_of(result, every_frame=self._reporting.every_frame):
            event = dumps(line)
            for connection in self._connections:
                connection.publish_event("events", event)

    def _state(self) -> object:
        """Return what must be published at once if it changes."""
        return self._main_face.decision, self._stats.faces, self._stats.streaming

    def _publish_state_if_due(self) -> None:
        # In real time, because Home Assistant forgets a state after that time.
        state = self._state()
        event = self._heartbeat.event(time.monotonic(), changed=state != self._published)
        if event == "frame":
            return
        self._published = state
        # An empty message removes what was retained before --aggregate was given.
        label = "" if self._reporting.aggregate else self._main_face.decision.label
        self._publish_states(attributes=dumps(self._attributes()), state=label)

    def _publish_states(self, **payloads: str) -> None:
        """Publish retained messages to all brokers: payloads by topic below the prefix."""
        for connection in self._connections:
            for topic, payload in payloads.items():
                connection.publish_state(topic, payload)

    def _attributes(self) -> Line:
        stats, face = self._stats, self._main_face
        person = {} if self._reporting.aggregate else face_fields(face.face, face.decision)
        return {
            "time": utc_text(utc_now()),
            **person,
            **({} if self._reporting.aggregate else {"faces": stats.faces}),
            "streaming": stats.streaming,
            "trouble": stats.reason,
            "paused": stats.paused,
            "frame_rate": round(stats.frame_rate, 1),
            "frames": stats.frames,
            "dropped": stats.dropped,
            "temperature": cpu_temperature(),
        }

    def _pause(self, paused: bool) -> None:
        self._stats.paused = paused
        self._publish_states(paused="paused" if paused else "running")

    def _reconnected(self) -> None:
        self._stats.mqtt_reconnects += 1
