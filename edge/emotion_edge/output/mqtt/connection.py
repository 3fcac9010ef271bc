"""A connection to one MQTT broker: its will, its topics, and reconnection.

States are retained and sent again after each reconnection. Events are dropped while there is no
connection. All messages have QoS 0, because paho queues others without limit while it is offline;
only `availability`, a single message, has QoS 1.
"""

import functools
import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from emotion_edge.output.mqtt.address import Broker
from emotion_edge.output.mqtt.login import MqttSettings, make_client

AVAILABILITY, SET = "availability", "set"
# The topics with retained messages; "set" holds the commands of others.
RETAINED = (AVAILABILITY, "state", "attributes", "paused", "counts", SET)
ONLINE, OFFLINE = "online", "offline"
COMMANDS = {b"pause": True, b"resume": False}
CONNECT_WAIT_S = 2.0  # a single picture produces one event, so wait briefly to connect
DISCONNECT_TIMEOUT_S = 0.7  # to publish "offline", and again to close the connection
log = logging.getLogger(__name__)


def _guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """Log exceptions: they would end paho's thread while the daemon seems to work."""

    @functools.wraps(callback)
    def call(*args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            log.exception("MQTT: internal error")

    return call


class MqttConnection:
    """A connection to one broker, open while its context manager is."""

    def __init__(
        self,
        broker: Broker,
        settings: MqttSettings,
        *,
        on_pause: Callable[[bool], None],
        on_reconnect: Callable[[], None],
    ) -> None:
        """Prepare the connection; raises UserError if the settings cannot be used.

        on_pause: called with True for "pause" and False for "resume" on the topic set.
        on_reconnect: called for each connection but the first. Both run on paho's thread.
        """
        self.broker = broker
        self._birth = f"{settings.discovery}/status" if settings.discovery else None
        self._on_pause, self._on_reconnect = on_pause, on_reconnect
        self._states: dict[str, str] = {}
        self._lock = threading.Lock()
        self._was_connected = self._refused = False
        self._problem, self._unknown_commands = "", 0
        self._answered = threading.Event()
        self._client = client = make_client(broker, settings)
        client.will_set(self._topic(AVAILABILITY), OFFLINE, qos=1, retain=True)
        client.on_connect = _guarded(self._connected)
        client.on_connect_fail = _guarded(self._connect_failed)
        client.on_disconnect = _guarded(self._disconnected)
        client.on_message = _guarded(self._received)
        client.connect_async(broker.host, broker.port, keepalive=settings.keepalive)

    def __enter__(self) -> "MqttConnection":
        """Start to connect; return on success, failure or after `CONNECT_WAIT_S`."""
        self._client.loop_start()
        self._answered.wait(CONNECT_WAIT_S)
        return self

    def __exit__(self, *exception: object) -> None:
        """Publish "offline" and disconnect; if the broker hangs, its will takes over."""
        if self._client.is_connected():
            message = self._client.publish(self._topic(AVAILABILITY), OFFLINE, qos=1, retain=True)
            with suppress(RuntimeError):  # the connection is lost at this very moment
                message.wait_for_publish(DISCONNECT_TIMEOUT_S)
        self._client.disconnect()
        closing = threading.Thread(target=self._client.loop_stop, daemon=True)
        closing.start()
        closing.join(DISCONNECT_TIMEOUT_S)

    def publish_state(self, topic: str, payload: str) -> None:
        """Publish a retained message unless it is the same as before.

        topic: below the prefix; with a leading slash, which is removed, it is a whole topic.
        """
        with self._lock:
            if self._states.get(topic) != payload:
                self._states[topic] = payload
                self._publish(topic, payload, retain=True)

    def publish_event(self, topic: str, payload: str) -> None:
        """Publish a message; it is lost while there is no connection."""
        self._publish(topic, payload, retain=False)

    def _publish(self, topic: str, payload: str, *, retain: bool) -> None:
        if self._client.is_connected():
            self._client.publish(self._topic(topic), payload, retain=retain)

    def _topic(self, topic: str) -> str:
        return topic[1:] if topic.startswith("/") else f"{self.broker.prefix}/{topic}"

    def _connected(self, client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        self._refused = code.is_failure
        if self._refused:
            self._warn(f"refused: {code}; are user and password right, may it publish there?")
            return
        log.info("%s: connected", self.broker)
        self._problem = ""
        if self._was_connected:
            self._on_reconnect()
        self._was_connected = True
        client.subscribe(self._topic(SET), qos=1)
        client.publish(self._topic(AVAILABILITY), ONLINE, qos=1, retain=True)
        if self._birth:
            client.subscribe(self._birth)
        self._publish_states()
        self._answered.set()

    def _publish_states(self) -> None:
        with self._lock:
            for topic, payload in self._states.items():
                self._publish(topic, payload, retain=True)

    def _connect_failed(self, client: Any, userdata: Any) -> None:
        # paho calls this while it handles the exception.
        self._warn(f"cannot connect: {sys.exc_info()[1]}")

    def _disconnected(self, client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        if code.is_failure and not self._refused:  # a refusal has been logged with its reason
            self._warn(f"connection lost: {code}")

    def _warn(self, problem: str) -> None:
        """Log a problem, once until it changes."""
        if problem != self._problem:
            log.warning("%s: %s; trying again until it works", self.broker, problem)
            self._problem = problem
        self._answered.set()

    def _received(self, client: Any, userdata: Any, message: Any) -> None:
        if message.topic == self._birth:
            if message.payload == ONLINE.encode():  # Home Assistant has restarted
                self._publish_states()
        elif message.payload in COMMANDS:
            self._on_pause(COMMANDS[message.payload])
        elif message.payload:  # an empty one removes a retained message
            self._unknown_commands += 1
            count = self._unknown_commands
            if count & (count - 1) == 0:  # 1, 2, 4, 8 …: a flood must not fill the log
                topic = f"{self.broker.prefix}/{SET}"
                log.warning("%s: %d message(s) that are neither pause nor resume", topic, count)
