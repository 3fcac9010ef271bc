"""An MQTT client that is online or on its way there, and waits for the broker only when it begins.

What must be known later (states) is kept and sent again on every connection; what passes (events)
is dropped while there is none. All at QoS 0, for paho queues the others without limit while it is
offline; but `availability`, which is one message at a time, at QoS 1.
"""

import functools
import logging
import sys
import threading
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

from emotion_edge.output.mqtt.address import Broker, make_client

AVAILABILITY, SET = "availability", "set"
# All topics on which a broker keeps messages of ours; "set" keeps what others say to us.
RETAINED = (AVAILABILITY, "state", "attributes", "paused", "counts", SET)
ONLINE, OFFLINE = "online", "offline"
COMMANDS = {b"pause": True, b"resume": False}
CONNECT_WAIT_S = 2.0  # seconds for the first connection, for of a picture there is only one event
DISCONNECT_TIMEOUT_S = 0.7  # seconds to say "offline" in, and again to close the connection
log = logging.getLogger("emotion-edge")


def _guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """Log what a callback raises: it would end paho's thread, and the daemon would look well."""

    @functools.wraps(callback)
    def call(*args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            log.exception("MQTT: a mistake of ours")

    return call


class MqttPublisher:
    """A connection to one broker; as a context manager it is there from entry to exit."""

    def __init__(
        self,
        broker: Broker,
        args: Namespace,
        *,
        on_pause: Callable[[bool], None],
        on_reconnect: Callable[[], None],
    ) -> None:
        """args: as `emotion_edge.cli.output_options.add_outlets` gave them. Raises UserError.

        on_pause: called with True for "pause" and False for "resume" on …/set. on_reconnect: called
        for every connection but the first. Both on paho's thread.
        """
        self.broker = broker
        self._birth = f"{args.discovery}/status" if args.discovery else None
        self._on_pause, self._on_reconnect = on_pause, on_reconnect
        self._kept: dict[str, str] = {}
        self._lock = threading.Lock()
        self._met = self._refused = False
        self._trouble, self._odd = "", 0
        self._answered = threading.Event()
        self._client = client = make_client(broker, args)
        client.will_set(self._topic(AVAILABILITY), OFFLINE, qos=1, retain=True)
        client.on_connect = _guarded(self._connected)
        client.on_connect_fail = _guarded(self._failed)
        client.on_disconnect = _guarded(self._disconnected)
        client.on_message = _guarded(self._message)
        client.connect_async(broker.host, broker.port, keepalive=args.keepalive)

    def __enter__(self) -> "MqttPublisher":
        """Begin to connect; return when that has succeeded or failed, after `MEET` at most."""
        self._client.loop_start()
        self._answered.wait(CONNECT_WAIT_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say "offline" and leave; where a broker hangs, its will says it after `GOODBYE` twice."""
        if self._client.is_connected():
            goodbye = self._client.publish(self._topic(AVAILABILITY), OFFLINE, qos=1, retain=True)
            with suppress(RuntimeError):  # the connection is lost in this very moment
                goodbye.wait_for_publish(DISCONNECT_TIMEOUT_S)
        self._client.disconnect()
        closing = threading.Thread(target=self._client.loop_stop, daemon=True)
        closing.start()
        closing.join(DISCONNECT_TIMEOUT_S)

    def publish_state(self, topic: str, payload: str) -> None:
        """Publish a state, retained, if it is another than before; `topic` is below the prefix.

        A topic that begins with / is not below it: the slash is taken away.
        """
        with self._lock:
            if self._kept.get(topic) != payload:
                self._kept[topic] = payload
                self._publish(topic, payload, retain=True)

    def publish_event(self, topic: str, payload: str) -> None:
        """Publish an event; it is lost while there is no connection."""
        self._publish(topic, payload, retain=False)

    def _publish(self, topic: str, payload: str, *, retain: bool) -> None:
        if self._client.is_connected():
            self._client.publish(self._topic(topic), payload, retain=retain)

    def _topic(self, topic: str) -> str:
        return topic[1:] if topic.startswith("/") else f"{self.broker.prefix}/{topic}"

    def _connected(self, client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        self._refused = code.is_failure
        if self._refused:
            self._complain(f"refused: {code}; are user and password right, may it publish there?")
            return
        log.info("%s: connected", self.broker)
        self._trouble = ""
        if self._met:
            self._on_reconnect()
        self._met = True
        client.subscribe(self._topic(SET), qos=1)
        client.publish(self._topic(AVAILABILITY), ONLINE, qos=1, retain=True)
        if self._birth:
            client.subscribe(self._birth)
        self._say_all()
        self._answered.set()

    def _say_all(self) -> None:
        with self._lock:
            for topic, payload in self._kept.items():
                self._publish(topic, payload, retain=True)

    def _failed(self, client: Any, userdata: Any) -> None:
        self._complain(f"cannot connect: {sys.exc_info()[1]}")  # paho calls this while handling it

    def _disconnected(self, client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        if code.is_failure and not self._refused:  # which has been said, with the reason
            self._complain(f"connection lost: {code}")

    def _complain(self, trouble: str) -> None:
        """Log what is wrong, once until something else is."""
        if trouble != self._trouble:
            log.warning("%s: %s; trying again until it works", self.broker, trouble)
            self._trouble = trouble
        self._answered.set()

    def _message(self, client: Any, userdata: Any, message: Any) -> None:
        if message.topic == self._birth:
            if message.payload == ONLINE.encode():  # Home Assistant has started anew
                self._say_all()
        elif message.payload in COMMANDS:
            self._on_pause(COMMANDS[message.payload])
        elif message.payload:  # an empty one is a retained message that was removed
            self._odd += 1
            if self._odd & (self._odd - 1) == 0:  # 1, 2, 4, 8 …: a flood must not fill the log
                log.warning(
                    "%s/%s: %d message(s) that are neither pause nor resume",
                    *(self.broker.prefix, SET, self._odd),
                )
