"""Results on MQTT: events, the main face's label, the daemon's state, Home Assistant discovery."""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Self

from emotion_edge.output.json_lines import counts_line, dumps, lines_of
from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.connection import MqttConnection
from emotion_edge.output.mqtt.home_assistant.announcement import Announcement
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.pause import PauseRule
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.state import DeviceState
from emotion_edge.output.mqtt.updates.watch import UpdateWatch
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.heartbeat import Heartbeat
from emotion_edge.pipeline.results import AggregateResult, FrameResult, NoSignal, Result
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.util.delayed_call import DelayedCall
from emotion_edge.util.ticker import Ticker
from emotion_edge.util.timeouts import interruptible_wait

# A retained `pause` must come before the first label, and a single picture produces one event only.
CONNECT_TIMEOUT_S = 2.0
STATE_TIMEOUT_S = 1.0  # for a pause to reach `state`, however rare frames are
# With --aggregate. Frames with faces take longer, so messages that follow a frame show when
# somebody is there, and messages at times of their own do not.
TICK_S = 1.0
TOTALS_S = 60.0  # Home Assistant's database gets a row for each label with each message


class MqttSink(Sink):
    """Publishes to several brokers."""

    def __init__(
        self,
        brokers: Sequence[Broker],
        settings: MqttSettings,
        stats: PipelineStats,
        labels: tuple[str, ...],
        reporting: Reporting,
        stop: threading.Event,
        updates: UpdateWatch | None = None,
    ) -> None:
        """Prepare the connections; raises UserError if they cannot be made.

        labels: the model's. stop: once it is set, no broker is waited for. updates: None: nothing
        is said of them.
        """
        self._stats, self._reporting, self._stop, self._updates = stats, reporting, stop, updates
        self._state = DeviceState(stats, aggregate=reporting.aggregate)
        self._heartbeat, self._totals_due = Heartbeat(reporting.heartbeat), 0.0
        self._published: object = None
        # paho's threads pause and resume while the main thread publishes.
        self._lock, self._rule = threading.RLock(), PauseRule(len(brokers))
        self._connections = [
            MqttConnection(
                broker,
                settings,
                on_pause=partial(self._command, index),
                on_kept=partial(self._rule.kept, index),
                on_request=updates.ask if updates else None,
                on_reconnect=self._reconnected,
            )
            for index, broker in enumerate(brokers)
        ]
        self._announcement = Announcement(
            self._connections, settings.discovery, reporting, page=stats.watched is not None
        )
        self._stack, self._state_later = ExitStack(), DelayedCall(self._publish_state_now)
        self._waiting: AggregateResult | None = None
        self.begin(labels)
        self._show_updates()
        self._publish_states(paused="running")
        self._publish_state_if_due()

    def __enter__(self) -> Self:
        """Start to connect to all brokers; wait for them, `CONNECT_TIMEOUT_S` in all."""
        for connection in self._connections:
            self._stack.enter_context(connection)
        self._stack.callback(self._state_later.cancel)
        end = time.monotonic() + CONNECT_TIMEOUT_S
        for connection in self._connections:
            interruptible_wait(connection.wait, end - time.monotonic(), self._stop)
        if self._reporting.aggregate:
            self._stack.callback(self._tick)
            self._stack.enter_context(Ticker(self._tick, TICK_S))
        else:
            self._stack.callback(self._publish_totals)
        if self._updates:
            self._stack.enter_context(Ticker(self._show_updates, TICK_S))
        return self

    def __exit__(self, *exception: object) -> None:
        """Publish "offline" and disconnect."""
        self._stack.close()

    def begin(self, labels: tuple[str, ...]) -> None:
        """Announce the model's labels to Home Assistant; the main face's label stays for now."""
        self._state.figures.begin(labels)
        self._announcement.begin(labels)
        self._publish_totals()

    def _show_updates(self) -> None:
        self._publish_states(update=self._announcement.show_updates(self._updates))

    def publish(self, result: Result) -> None:
        """Publish a result's events, and the state if it changed or is due."""
        with self._lock:
            self._state.figures.add(result)
            if self._stats.paused and isinstance(result, FrameResult):
                return  # it was analysed before the pause
            if not isinstance(result, AggregateResult):
                self._publish_events(result)
                self._publish_state_if_due()
                if time.monotonic() >= self._totals_due:
                    self._publish_totals()
            elif result.counts or not self._waiting:
                self._waiting = result

    def _tick(self) -> None:
        """Publish what has come since the last time; nothing if no frame has."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
            if waiting and waiting.counts:
                counts = dumps(counts_line(waiting.counts))
                self._publish_states(counts=counts, **self._state.totals())
            if waiting:
                self._publish_state_if_due()

    def _publish_events(self, result: FrameResult | NoSignal) -> None:
        self._state.see(result)
        for line in lines_of(result, every_frame=self._reporting.every_frame):
            event = dumps(line)
            for connection in self._connections:
                connection.publish_event("events", event)

    def _publish_totals(self) -> None:
        with self._lock:
            self._totals_due = time.monotonic() + TOTALS_S
            self._publish_states(**self._state.totals())

    def _publish_state_if_due(self) -> None:
        # In real time, because Home Assistant forgets a state after that time.
        urgent = self._state.urgent
        event = self._heartbeat.event(time.monotonic(), changed=urgent != self._published)
        if event == "frame":
            return
        self._published = urgent
        self._publish_states(**self._state.messages())

    def _publish_states(self, **payloads: str) -> None:
        """Publish retained messages to all brokers: payloads by topic below the prefix."""
        for connection in self._connections:
            for topic, payload in payloads.items():
                connection.publish_state(topic, payload)

    def _command(self, broker: int, paused: bool, retained: bool, first: bool) -> None:
        with self._lock:
            self._rule.received(broker, paused=paused, retained=retained, first=first)
            self._follow_rule(retained=retained)

    def command(self, paused: bool) -> None:
        """Pause or resume, as a command does that a broker delivers now; see `Control`."""
        with self._lock:
            self._rule.paused = paused
            self._follow_rule(retained=False)

    def _follow_rule(self, *, retained: bool) -> None:
        if self._rule.paused == self._stats.paused:
            return
        self._stats.paused = self._rule.paused
        self._publish_states(paused="paused" if self._stats.paused else "running")
        if retained or self._reporting.aggregate:
            # The former state must not leave when the connection is settled.
            self._published = None
            self._publish_state_if_due()
        else:  # the next frame brings the state, as it does for the other outputs
            self._publish_states(**self._state.attributes())
            self._state_later.start(STATE_TIMEOUT_S)

    def show_watched(self) -> None:
        """Publish whether somebody watches; any thread may do so, however rare frames are."""
        with self._lock:
            self._publish_states(**self._state.watched())

    def _publish_state_now(self) -> None:
        with self._lock:
            self._publish_state_if_due()

    def _reconnected(self) -> None:
        with self._lock:
            self._stats.mqtt_reconnects += 1
