"""The topics of one broker: states, events, and what others say.

States are retained and sent again after each reconnection. Events are dropped while there is no
connection. All messages have QoS 0, because paho queues others without limit while it is offline;
only `availability`, a single message, has QoS 1. After each connection everything else waits until
the broker has had its chance to deliver a `pause` that it retains.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.commands import CommandReader
from emotion_edge.output.mqtt.incoming import limit_incoming
from emotion_edge.output.mqtt.link import Link, guarded
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.presence import NUMBER, Presence
from emotion_edge.output.mqtt.topics import AVAILABILITY, INSTANCE, OFFLINE, ONLINE, SET
from emotion_edge.util.delayed_call import DelayedCall

# For the broker to confirm the subscriptions; and then for what it retains, which may come later.
SUBSCRIBE_TIMEOUT_S, RETAINED_TIMEOUT_S = 2.0, 1.0
# After the retained `availability`, which the same subscription asks for after `set`, and which is
# there because it has just been published. Only a broker that looks them up side by side needs it.
MARKER_TIMEOUT_S = 0.1
OFFLINE_TIMEOUT_S = 0.7  # to publish "offline"


class MqttConnection:
    """A connection to one broker, open while its context manager is."""

    def __init__(
        self,
        broker: Broker,
        settings: MqttSettings,
        *,
        on_pause: Callable[[bool, bool, bool], None],
        on_kept: Callable[[bool], None],
        on_request: Callable[[str], None] | None = None,
        on_reconnect: Callable[[], None],
    ) -> None:
        """Prepare the connection; raises UserError if the settings cannot be used.

        on_pause, on_kept, on_request: see `CommandReader`. on_reconnect: called for each connection
        but the first. All run on paho's thread.
        """
        self.broker = broker
        self._birth = f"{settings.discovery}/status" if settings.discovery else None
        self._on_reconnect = on_reconnect
        self._states: dict[str, str] = {}
        self._lock = threading.Lock()
        self._number = 0  # of the present connection, or of the next one
        self._was_up = False
        self._subscription, self._marked = 0, False
        self._asked: int | None = None  # the request for `set` that the broker has not answered
        self._ask_again = False
        self._settled = False  # whether a retained `set` has had its chance in this connection
        self._first = True  # whether it has had none in an earlier one
        self._commands = CommandReader(
            self._topic(SET),
            on_pause=on_pause,
            on_kept=on_kept,
            on_request=on_request,
            ask=self._ask_for_set,
        )
        self._presence = Presence(broker.prefix, announce=self._announce)
        self._settling = DelayedCall(guarded(self._settle))
        self._link = Link(broker, settings, on_up=self._up, on_down=self._down)
        self._client = client = self._link.client
        client.will_set(self._topic(AVAILABILITY), OFFLINE, qos=1, retain=True)
        client.on_subscribe = guarded(self._subscribed)
        client.on_message = guarded(self._received)
        limit_incoming(client, self._commands.skipped)

    def __enter__(self) -> "MqttConnection":
        """Start to connect."""
        self._link.start()
        return self

    def wait(self, seconds: float) -> bool:
        """Wait until everything can be published or there is a problem, `seconds` at most.

        Returns whether it is so.
        """
        return self._link.answered.wait(seconds)

    def __exit__(self, *exception: object) -> None:
        """Publish "offline" and disconnect; if the broker hangs, its will takes over."""
        self._presence.close()
        self._settling.cancel()
        if self._client.is_connected():
            message = self._client.publish(self._topic(AVAILABILITY), OFFLINE, qos=1, retain=True)
            with suppress(RuntimeError):  # the connection is lost at this very moment
                message.wait_for_publish(OFFLINE_TIMEOUT_S)
        self._link.stop()

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

    @property
    def _is_open(self) -> bool:
        return self._settled and bool(self._client.is_connected())

    def _publish(self, topic: str, payload: str, *, retain: bool) -> None:
        if self._is_open:
            self._client.publish(self._topic(topic), payload, retain=retain)

    def _topic(self, topic: str) -> str:
        return topic[1:] if topic.startswith("/") else f"{self.broker.prefix}/{topic}"

    def _announce(self) -> None:
        if self._client.is_connected():
            self._client.publish(self._topic(AVAILABILITY), ONLINE, qos=1, retain=True)
            self._publish(INSTANCE, NUMBER, retain=False)

    def _up(self) -> None:
        if self._was_up:
            self._on_reconnect()
        self._was_up, self._marked = True, False
        self._asked, self._ask_again = None, False
        self._commands.begin()
        self._announce()
        topics = [(self._topic(SET), 1), (self._topic(AVAILABILITY), 1), (self._topic(INSTANCE), 0)]
        _, self._subscription = self._client.subscribe(topics)
        if self._birth:
            self._client.subscribe(self._birth)
        self._settling.start(SUBSCRIBE_TIMEOUT_S, self._number)

    def _ask_for_set(self) -> None:
        """Let the broker deliver what it retains; in a flood, after its answer to the last one."""
        self._ask_again = self._asked is not None
        if not self._ask_again:
            _, self._asked = self._client.subscribe(self._topic(SET), 1)

    def _down(self) -> None:
        self._settling.cancel()
        with self._lock:
            self._first = self._first and not self._settled
            self._settled = False
            self._number += 1

    def _subscribed(self, client: Any, userdata: Any, mid: int, codes: Any, props: Any) -> None:
        if mid == self._asked:
            self._asked = None
            if self._ask_again:
                self._ask_for_set()
        elif mid == self._subscription and not self._marked:
            self._settling.start(RETAINED_TIMEOUT_S, self._number)

    def _settle(self, number: int) -> None:
        """Publish everything from now on; number: of the connection for which it was decided."""
        with self._lock:
            if number == self._number and not self._settled:
                self._settled = True
                self._publish_states()
                self._publish(INSTANCE, NUMBER, retain=False)
        self._link.answered.set()

    def _publish_states(self) -> None:
        for topic, payload in self._states.items():
            self._publish(topic, payload, retain=True)

    def _received(self, client: Any, userdata: Any, message: Any) -> None:
        if message.topic == self._birth:
            if message.payload == ONLINE.encode():  # Home Assistant has restarted
                with self._lock:
                    self._publish_states()
        elif message.topic == self._topic(AVAILABILITY):
            self._presence.heard_availability(message.payload)
            if message.retain:
                self._marked = True
                self._settling.start(MARKER_TIMEOUT_S, self._number)
        elif message.topic == self._topic(INSTANCE):
            self._presence.heard_instance(message.payload)
        else:
            self._commands.received(message.payload, retained=message.retain, first=self._first)
            if message.retain:  # nothing else is retained there
                self._settle(self._number)
