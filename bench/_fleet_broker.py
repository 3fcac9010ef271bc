"""The broker of `bench.fleet`, and the subscriber that counts what it delivers."""

import os
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.edge.mosquitto import Mosquitto
from tests.edge.waiting import until

BACK = 0.05  # seconds after which the subscriber tries again: it must be back before the devices
PATIENCE = 120.0  # seconds for all devices to be online
DATED = b'{"time": "'  # how an event and the attributes begin, and an ISO 8601 time follows


class Quiet(Mosquitto):
    """A mosquitto that logs no messages and keeps nothing on disk."""

    def configure(self, certificate: str, *, allow: bool = True, more: str = "") -> None:
        """Write the configuration; what is asked for is not heeded."""
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous true", "user root"]
        lines += ["persistence false", "log_type error", "log_type warning", more]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    @property
    def cpu(self) -> float:
        """Seconds of processor that it has taken."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> int:
        """Bytes resident."""
        return int(self._proc("statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def files(self) -> int:
        """Open file descriptors."""
        assert self.process is not None
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def _proc(self, name: str) -> str:
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/{name}").read_text()


class Size(NamedTuple):
    """Bytes of one message: its payload, and the whole MQTT packet at QoS 0."""

    payload: int
    packet: int


class Ear:
    """Subscribes to everything, and keeps of it what is counted."""

    def __init__(self, port: int) -> None:
        """Connect, and be subscribed before returning. port: on this machine."""
        self.counts: Counter[str] = Counter()
        self.sizes: dict[str, list[Size]] = {}
        self.delays: list[float] = []  # seconds; the messages tell milliseconds
        self.online: dict[str, float] = {}  # device to time.monotonic() of its last "online"
        self._ready = False
        self.client = client = Client(CallbackAPIVersion.VERSION2)
        client.on_connect = lambda *_: client.subscribe("#")
        client.on_subscribe = self._subscribed
        client.on_message = self._hear
        client.reconnect_delay_set(BACK, BACK)
        client.connect("127.0.0.1", port)
        client.loop_start()
        until(lambda: self._ready, "the subscription")

    def _subscribed(self, *_: object) -> None:
        self._ready = True

    def _hear(self, client: object, userdata: object, message: object) -> None:
        topic, payload = message.topic, message.payload
        device, _, kind = topic.rpartition("/")
        self.counts[kind] += 1
        size = len(payload) + 2 + len(topic)  # the topic is preceded by its length
        self.sizes.setdefault(kind, []).append(
            Size(len(payload), size + (2 if size < 128 else 3 if size < 16384 else 4))
        )
        if kind == "availability":
            self.online.pop(device, None)
            if payload == b"online":
                self.online[device] = time.monotonic()
        elif payload.startswith(DATED) and not message.retain:
            said = datetime.fromisoformat(payload[len(DATED) :][:24].decode())
            self.delays.append((datetime.now(UTC) - said).total_seconds())

    def wait_online(self, devices: int, since: float) -> list[float]:
        """Return, sorted, how many seconds after `since` each was online, when all are."""

        def found() -> list[float]:
            times = sorted(at - since for at in self.online.copy().values() if at > since)
            return times if len(times) >= devices else []

        return until(found, f"{devices} devices to be online", PATIENCE)

    def leave(self) -> None:
        """Disconnect."""
        self.client.disconnect()
        self.client.loop_stop()


def retained(port: int, expected: int) -> Counter[str]:
    """Return what a new subscriber is given: kinds of messages, and "online" of all devices."""
    ear = Ear(port)
    end = time.monotonic() + 10
    while ear.counts.total() < expected and time.monotonic() < end:
        time.sleep(0.1)
    ear.leave()
    return ear.counts | Counter(online=len(ear.online))


def turned_away() -> int:
    """Return how many connections the kernel did not take, for too many waited: all programs'."""
    names, values = (
        line.split() for line in Path("/proc/net/netstat").read_text().splitlines()[:2]
    )
    return int(values[names.index("ListenDrops")])
