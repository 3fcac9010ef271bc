"""An MQTT client that records every message."""

import json
import threading

from tests.edge.brokers.mosquitto import DISCOVERY, PREFIX, Mosquitto
from tests.edge.waiting import TIMEOUT_S, until


class Listener:
    """Records all messages in their order: (topic, payload, retained)."""

    def __init__(self, broker: Mosquitto) -> None:
        """Subscribe to all topics and wait for the broker's confirmation."""
        self.heard: list[tuple[str, str, bool]] = []
        self.qos: dict[str, int] = {}
        self._ready = threading.Event()
        self.client = client = broker.client()
        client.on_message = self._hear
        client.on_subscribe = lambda *_: self._ready.set()
        client.subscribe("#", qos=1)
        assert self._ready.wait(TIMEOUT_S)

    def _hear(self, client: object, userdata: object, message: object) -> None:
        self.qos[message.topic] = message.qos
        self.heard.append((message.topic, message.payload.decode(errors="replace"), message.retain))

    def of(self, name: str) -> list[str]:
        """Return the payloads on a topic below the prefix."""
        return [text for topic, text, _ in self.heard if topic == f"{PREFIX}/{name}"]

    def attributes(self) -> dict:
        """Return the latest attributes."""
        return json.loads(self.of("attributes")[-1])

    def discoveries(self) -> list[dict]:
        """Return the discovery messages to Home Assistant."""
        return [json.loads(text) for topic, text, _ in self.heard if topic == DISCOVERY]

    def wait_discovery(self) -> dict[str, dict]:
        """Wait for the discovery, and return its components by name."""
        until(self.discoveries, "the discovery")
        return self.discoveries()[0]["cmps"]

    def wait(self, name: str, payload: str, *, after: int = 0, timeout_s: float = TIMEOUT_S) -> int:
        """Wait for a payload on a topic; return the number of messages up to it."""

        def found() -> int:
            for i, (topic, text, _) in enumerate(self.heard[after:], start=after + 1):
                if topic == f"{PREFIX}/{name}" and text == payload:
                    return i
            return 0

        return int(until(found, f"{payload!r} on {name}; heard {self.heard[after:]}", timeout_s))

    def send(self, payload: str | bytes, *, retain: bool = False) -> None:
        """Publish on the topic `set`, which pauses and resumes the daemon."""
        self.client.publish(f"{PREFIX}/set", payload, qos=1, retain=retain).wait_for_publish(30)
