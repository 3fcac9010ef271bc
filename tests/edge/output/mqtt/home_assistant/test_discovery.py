"""Discovery by Home Assistant, and the values that it reads."""

import json
import re

import pytest
from jinja2 import Template

from emotion_edge import __version__
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.home_assistant.discovery import discovery_message
from emotion_edge.output.mqtt.reporting import Reporting
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import DISCOVERY, PREFIX, plain_broker
from tests.edge.models import LABELS
from tests.edge.recordings import write_colours
from tests.edge.waiting import until

ABOUT_PEOPLE = {"emotion", "confidence", "faces", "face_present", "change"}
PARTS = {*ABOUT_PEOPLE, "frame_rate", "temperature", "camera", "pause"}
EACH_LABEL = {
    *(f"{kind}-{label}" for kind in ("seconds", "faces") for label in (*LABELS, UNKNOWN)),
    f"seconds-{NO_FACE}",
}


@plain_broker
def test_the_discovery_is_repeated_when_home_assistant_restarts(broker, daemon, changing):
    daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    before = len(listener.discoveries())
    at = len(listener.heard)
    listener.client.publish("homeassistant/status", "offline")
    listener.client.publish("homeassistant/status", "online")
    until(lambda: len(listener.discoveries()) == before + 1, "the discovery")
    until(lambda: any(t.endswith("/attributes") for t, _, _ in listener.heard[at:]), "the state")


@plain_broker
def test_the_discovery_is_retained_and_each_entity_finds_its_value(broker, daemon, changing):
    daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    late = Listener(broker)
    until(lambda: any(t == DISCOVERY for t, _, retained in late.heard if retained), "the discovery")
    message = late.discoveries()[0]
    assert {"dev", "o", "cmps", "availability_topic"} == set(message)
    assert message["availability_topic"] == f"{PREFIX}/availability"
    parts = message["cmps"]
    assert parts.pop("watched") == {"p": "binary_sensor"}  # there is no page
    assert (parts.pop("model"), parts.pop("check")) == ({"p": "update"}, {"p": "button"})
    assert set(parts) == PARTS | EACH_LABEL
    assert parts["emotion"]["device_class"] == "enum"
    every = [*LABELS, UNKNOWN, NO_FACE]
    assert parts["emotion"]["options"] == parts["change"]["event_types"] == every
    assert len({part["unique_id"] for part in parts.values()}) == len(parts)
    latest = {topic: payload for topic, payload, _ in listener.heard}
    for part in parts.values():
        payload = latest[part["state_topic"]]
        if part["p"] == "switch":
            check_switch(part, payload, listener)
        else:
            check_sensor(part, json.loads(payload))
    assert float(read(parts["seconds-red"], json.loads(latest[f"{PREFIX}/totals"]))) >= 0


def check_switch(part: dict, payload: str, listener: Listener) -> None:
    assert payload == part["state_off"]
    listener.client.publish(part["command_topic"], part["payload_on"], retain=part["retain"])
    listener.wait("paused", part["state_on"])


def check_sensor(part: dict, message: dict) -> None:
    keys = set(re.findall(r"value_json\.(\w+)", part["value_template"])) - {"get"}
    assert keys <= set(message)
    assert part.get("expire_after") == (90 if "frame_rate" in message else None)


@plain_broker
def test_home_assistant_reads_each_value_correctly(broker, daemon, tmp_path):
    rows = [("red", i / 10, "stall" if i == 30 else "") for i in range(31)]
    source = f"replay:{write_colours(tmp_path / 'r', rows)}"
    listener = Listener(broker)
    daemon("--source", source, "--stall", 0.5, *broker.options)
    listener.wait("state", "unknown", after=listener.wait("state", "red"))
    until(lambda: not listener.attributes()["streaming"], "the loss of the camera")
    parts = listener.wait_discovery()
    attributes = [json.loads(text) for text in listener.of("attributes")]
    red = next(value for value in attributes if value["label"] == "red")
    with_face = read_all(parts, {**red, "faces": 1, "temperature": 48.3})
    without = read_all(parts, attributes[-1])
    assert (with_face["emotion"], without["emotion"]) == ("red", "unknown")
    assert float(with_face["confidence"]) == pytest.approx(100 * red["score"])
    assert (with_face["faces"], with_face["temperature"]) == ("1", "48.3")
    assert (with_face["camera"], without["camera"]) == ("OFF", "ON")
    assert (with_face["face_present"], without["face_present"]) == ("ON", "None")
    assert read_all(parts, {**red, "faces": 0})["face_present"] == "OFF"
    assert float(with_face["frame_rate"]) >= 0
    # Home Assistant reads None as an unknown number, and keeps the last one for "".
    assert (without["confidence"], without["faces"]) == ("None", "None")


@plain_broker
def test_each_change_of_a_label_is_an_event_and_nothing_else_is(broker, daemon, changing):
    listener = Listener(broker)
    daemon("--source", changing, "--all", *broker.options)
    listener.wait("state", "blue")
    part = listener.wait_discovery()["change"]
    lines = [json.loads(text) for text in listener.of("events")]
    assert "frame" in [line["event"] for line in lines]
    texts = [read(part, line) for line in lines]
    events = [json.loads(text) for text in texts if text]
    changes = [line for line in lines if line["event"] == "change"]
    assert [each.pop("event_type") for each in events] == [each["label"] for each in changes]
    assert events == [{key: line[key] for key in events[0]} for line in changes]


def read(part: dict, message: dict) -> str:
    """Return what Home Assistant reads from a message by the template of an entity."""
    return Template(part["value_template"]).render(value_json=message)


def read_all(parts: dict, attributes: dict) -> dict[str, str]:
    """Return what the templates in a discovery render from attributes."""
    return {
        name: read(part, attributes)
        for name, part in parts.items()
        if part.get("state_topic") == f"{PREFIX}/attributes"
    }


@plain_broker
@pytest.mark.parametrize(
    ("options", "seconds"),
    [(("--heartbeat", 60), 180), (("--every", 100), 300), (("--heartbeat", 0), None)],
)
def test_values_expire_after_missed_heartbeats(broker, daemon, options, seconds):
    daemon("--source", "-", "--size", "8x8", *options, *broker.options)
    listener = Listener(broker)
    parts = listener.wait_discovery()
    assert parts["faces"].get("expire_after") == seconds


@plain_broker
def test_the_discovery_can_be_turned_off(broker, daemon, changing):
    daemon("--source", changing, "--discovery", "", *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    assert {topic.split("/")[0] for topic, _, _ in listener.heard} == {"test"}


@pytest.mark.parametrize("url", [None, "https://documentation.example/"])
def test_the_origin_has_the_address_of_the_documentation_if_the_project_has_one(
    url, tmp_path, monkeypatch
):
    metadata = tmp_path / "emotion_edge-9.dist-info" / "METADATA"
    metadata.parent.mkdir()
    line = f"Project-URL: Documentation, {url}\n" if url else ""
    metadata.write_text(f"Metadata-Version: 2.4\nName: emotion-edge\nVersion: 9\n{line}")
    monkeypatch.syspath_prepend(tmp_path)
    broker = parse_address("mqtt://broker/hall")
    message = json.loads(discovery_message(broker, ["red"], Reporting()))
    origin = {"name": "emotion-edge", "sw": __version__}
    assert message["o"] == (origin if url is None else {**origin, "url": url})
