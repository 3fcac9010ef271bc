"""The topics of a daemon at a real broker, their messages, and Home Assistant's discovery."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from emotion_edge.output.mqtt.attributes import attributes_message
from emotion_edge.output.mqtt.topics import COUNTS, RETAINED
from emotion_edge.pipeline.stats import PipelineStats
from tests.edge.brokers.mosquitto import DISCOVERY, PREFIX, Mosquitto, free_port
from tests.edge.daemon import Daemon
from tests.edge.output.mqtt.updates.files import SharedFiles
from tests.edge.recordings import write_changing_colours
from tests.edge.waiting import until
from tests.workbench.project.stable.lines import counts_of_a_period
from tests.workbench.project.stable.shapes import shape

# Of an entity in Home Assistant: others, such as templates, are between the two programs.
_ENTITY = ("p", "name", "device_class", "state_class", "unit_of_measurement", "entity_category")
_OF_LABELS = ("blue", "green", "red")  # the tiny model's
_JSON = ("attributes", "events", "totals", "faces", "update")


class _Subscriber:
    """Hears everything, with the flag `retain` as it was published."""

    def __init__(self, port: int) -> None:
        self.heard: dict[str, list[str]] = defaultdict(list)
        self.sent: dict[str, dict[str, object]] = {}
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self.client.on_message = self._hear
        self.client.on_connect = lambda *_: self.client.subscribe(
            "#", options=SubscribeOptions(qos=2, retainAsPublished=True)
        )
        self.client.connect("localhost", port)
        self.client.loop_start()

    def _hear(self, client: object, userdata: object, message: object) -> None:
        name = message.topic.removeprefix(f"{PREFIX}/")
        self.heard[name].append(message.payload.decode())
        self.sent.setdefault(name, {"retained": message.retain, "qos": message.qos})

    def command(self, word: str) -> str:
        """Publish a command; return what `paused` says then."""
        before = len(self.heard["paused"])
        self.client.publish(f"{PREFIX}/set", word, qos=1)
        until(lambda: len(self.heard["paused"]) > before, f"an answer to {word}")
        return self.heard["paused"][-1]


def mqtt(folder: Path) -> dict[str, object]:
    """Return the topics with their flags and messages, and the entities of Home Assistant."""
    broker = Mosquitto(folder / "broker").start()
    subscriber = _Subscriber(broker.port)
    source = f"replay:{write_changing_colours(folder / 'recording')}"
    web = ("--web", free_port(), "--heartbeat", 1)
    shared = SharedFiles(folder)
    shared.say()
    options = (*broker.options, *web, *shared.options)
    daemon = Daemon(folder / "daemon", "--source", source, *options)
    try:
        until(lambda: "green" in subscriber.heard["state"], "a change")
        commands = {"pause": subscriber.command("pause")}
        until(lambda: _is_paused(subscriber.heard), "all that follows a pause")
        commands["resume"] = subscriber.command("resume")
        requests = {word: _requested(subscriber, shared, word) for word in ("check", "install")}
        with shared.updating():
            shared.say(checked=None, progress=1.5)
            until(lambda: '"checked": null' in subscriber.heard["update"][-1], "another state")
        assert daemon.end()[0] == 0, daemon.stderr
        until(lambda: "offline" in subscriber.heard["availability"], "the end")
    finally:
        daemon.kill()
        broker.kill()
        subscriber.client.loop_stop()
    heard, topics = subscriber.heard, dict(subscriber.sent)
    del topics["set"]  # it is others who publish there
    discovery = {"topic": "homeassistant/device/ID/config", **topics.pop(DISCOVERY)}
    topics[COUNTS] = {"retained": COUNTS in RETAINED, "qos": 0}  # a period takes a minute
    return {
        "topics": {name: {**flags, **_message(name, heard)} for name, flags in topics.items()},
        "commands on `set`, and what `paused` says then": commands,
        "commands on `set`, and what is requested then": requests,
        "reason while paused": _reasons(heard["events"]),
        "attributes with --aggregate": shape([_aggregated()]),
        "discovery": {**discovery, "entities": _entities(json.loads(heard[DISCOVERY][-1]))},
    }


def _requested(subscriber: _Subscriber, shared: SharedFiles, word: str) -> str:
    """Publish a command; return what is in the file that the service for updates reads."""
    subscriber.client.publish(f"{PREFIX}/set", word, qos=1)
    until(shared.request.exists, f"a request to {word}")
    content = shared.request.read_text()
    shared.request.unlink()
    return content


def _is_paused(heard: Mapping[str, list[str]]) -> bool:
    """Return whether everything that changes by a pause has been published."""
    attributes = json.loads(heard["attributes"][-1])
    said = bool(attributes["paused"]) and attributes["reason"] == "paused"
    return said and heard["state"][-1] == "unknown" and _reasons(heard["events"]) == ["paused"]


def _message(name: str, heard: Mapping[str, list[str]]) -> dict[str, object]:
    if name == COUNTS:
        return {"JSON": shape([counts_of_a_period()])}
    if name in _JSON:
        values = [json.loads(text) for text in heard[name]]
        return {
            "JSON": shape(
                [{name: each} for each in values] if name == "faces" else values, nulls=False
            )
        }
    if name == "instance":
        return {"text": "a random number"}
    return {"text": sorted(set(heard[name]) - set(_OF_LABELS))}


def _reasons(events: list[str]) -> list[str]:
    """Return the reasons of the lines that report that there are no frames."""
    return sorted({each["reason"] for each in map(json.loads, events) if each["frame"] is None})


def _aggregated() -> object:
    return json.loads(attributes_message(PipelineStats(), None))


def _entities(message: dict[str, dict[str, dict[str, object]]]) -> dict[str, object]:
    """Return the entities by what their unique ids end with; one stands for those of all labels."""
    (device,) = message["dev"]["ids"]
    found = {}
    for part in message["cmps"].values():
        key = str(part["unique_id"]).removeprefix(f"{device}-")
        kept = {name: part[name] for name in _ENTITY if name in part}
        topic = part.get("state_topic", part.get("command_topic"))
        kept["topic"] = str(topic).removeprefix(f"{PREFIX}/")
        if not key.endswith(_OF_LABELS[:-1]):
            found[key] = kept
    return found
