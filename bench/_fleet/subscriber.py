"""An MQTT client that subscribes to everything and keeps counts."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from bench._fleet.broker import HOST, START_TIMEOUT_S, wait_for

RETRY_S = 0.05  # it must reconnect before the devices do
ONLINE_TIMEOUT_S = 120.0
RETAINED_TIMEOUT_S = 10.0
TIME_KEY = b'{"time": "'  # events and attributes begin with it; an ISO 8601 time follows
STATES = ("config", "paused", "attributes", "state", "faces", "totals")


class Size(NamedTuple):
    """Bytes of one message: its payload, and the whole MQTT packet at QoS 0."""

    payload: int
    packet: int


class Subscriber:
    """Counts messages by kind, the last part of their topic.

    sizes: of all messages, by kind. delays: seconds from the time in a message to its arrival.
    online: for each device, time.monotonic() of its last "online".
    """

    def __init__(self, port: int) -> None:
        """Connect to a broker on this machine and wait for the subscription."""
        self.counts: Counter[str] = Counter()
        self.sizes: dict[str, list[Size]] = {}
        self.delays: list[float] = []
        self.online: dict[str, float] = {}
        self._subscribed = False
        client: Any = Client(CallbackAPIVersion.VERSION2)
        self._client = client
        client.on_connect = lambda *_: client.subscribe("#")
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.reconnect_delay_set(RETRY_S, RETRY_S)
        client.connect(HOST, port)
        client.loop_start()
        wait_for(lambda: self._subscribed, "subscription", START_TIMEOUT_S)

    def _on_subscribe(self, *_: object) -> None:
        self._subscribed = True

    def _on_message(self, client: object, userdata: object, message: MQTTMessage) -> None:
        device, _, kind = message.topic.rpartition("/")
        self.counts[kind] += 1
        self.sizes.setdefault(kind, []).append(size_of(message))
        if kind == "availability":
            self.online.pop(device, None)
            if message.payload == b"online":
                self.online[device] = time.monotonic()
        elif message.payload.startswith(TIME_KEY) and not message.retain:
            sent = datetime.fromisoformat(message.payload[len(TIME_KEY) :][:24].decode())
            self.delays.append((datetime.now(UTC) - sent).total_seconds())

    def wait_online(self, devices: int, since: float) -> list[float]:
        """Wait until all devices are online; return after how many seconds each was, sorted.

        since: time.monotonic() from which the seconds count.
        """

        def arrivals() -> list[float]:
            times = sorted(at - since for at in self.online.copy().values() if at > since)
            return times if len(times) >= devices else []

        return wait_for(arrivals, f'"online" of all {devices} devices', ONLINE_TIMEOUT_S)

    def total_bytes(self) -> int:
        """Return the bytes of all packets."""
        return sum(size.packet for sizes in self.sizes.values() for size in sizes)

    def mean_sizes(self, kinds: tuple[str, ...]) -> Iterator[tuple[str, float, float, int]]:
        """Yield each kind with its mean bytes of payload and packet, and its number of messages."""
        for kind in kinds:
            sizes = self.sizes[kind]
            payload, packet = (sum(column) / len(sizes) for column in zip(*sizes, strict=True))
            yield kind, payload, packet, len(sizes)

    def disconnect(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def size_of(message: MQTTMessage) -> Size:
    """Return the size of a message (MQTT 3.1.1, sections 2.2 and 3.3)."""
    rest = 2 + len(message.topic) + len(message.payload)  # two bytes hold the topic's length
    length_bytes = 1 if rest < 128 else 2 if rest < 16384 else 3
    return Size(len(message.payload), 1 + length_bytes + rest)


def count_retained(port: int, expected: int) -> Counter[str]:
    """Return what a new subscriber receives: messages by kind, and "online" devices as "online".

    expected: number of messages to wait for, some seconds at most.
    """
    subscriber = Subscriber(port)
    deadline = time.monotonic() + RETAINED_TIMEOUT_S
    while subscriber.counts.total() < expected and time.monotonic() < deadline:
        time.sleep(0.1)
    subscriber.disconnect()
    return subscriber.counts | Counter(online=len(subscriber.online))
