"""What a device shows in Home Assistant."""

import json
from threading import Event

import pytest

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.sink import MqttSink
from emotion_edge.pipeline.stats import PipelineStats
from tests.edge.models import with_contract
from tests.edge.recordings import write_changing_colours
from tests.edge.waiting import until

LABELS = read_model(SHIPPED).contract.labels
SECONDS = [f"sensor.emotion_hall_seconds_of_{label}" for label in (*LABELS, UNKNOWN)]
EXPECTED = {
    *SECONDS,
    "sensor.emotion_hall_seconds_without_a_face",
    *(f"sensor.emotion_hall_{name}" for name in ("emotion", "confidence", "faces")),
    *(f"sensor.emotion_hall_{name}" for name in ("frame_rate", "temperature")),
    "binary_sensor.emotion_hall_face_present",
    "binary_sensor.emotion_hall_camera",
    "event.emotion_hall_label_change",
    "switch.emotion_hall_pause",
}
ODD = ("藍 & 綠", 'it\'s "green"', "back\\slash }}", "🙂")
PREFIXES = ("中文/客厅", "العربية")


@pytest.fixture(scope="module")
def hall(home, start, people):
    """A daemon that looks at faces, with the model that it comes with."""
    run = start("hall", "--faces", "on", "--source", people, "--model", SHIPPED)
    until(lambda: set(home.ours("emotion_hall_")) >= EXPECTED, "the entities")
    until(lambda: "unavailable" not in home.ours("emotion_hall_").values(), "their states")
    yield run
    run.end()
    home.wait("switch.emotion_hall_pause", "unavailable")


def test_every_entity_is_there_and_nothing_else(home, hall):
    assert set(home.ours("emotion_hall_")) == EXPECTED
    off = {
        name
        for name, each in home.ask("entities").items()
        if name.startswith("sensor.emotion_hall_") and each["disabled_by"] == "integration"
    }
    assert off == {f"sensor.emotion_hall_faces_labelled_{label}" for label in (*LABELS, UNKNOWN)}
    states = home.states()
    for name in SECONDS:
        attributes = states[name]["attributes"]
        assert (attributes["device_class"], attributes["state_class"]) == (
            "duration",
            "total_increasing",
        )
        assert attributes["unit_of_measurement"] == "s"
        assert float(states[name]["state"]) >= 0
    assert states["sensor.emotion_hall_emotion"]["attributes"]["options"] == [
        *LABELS,
        UNKNOWN,
        NO_FACE,
    ]


def test_people_come_and_go(home, hall):
    for faces, present in (("1", "on"), ("2", "on"), ("0", "off")):
        home.wait("sensor.emotion_hall_faces", faces)
        home.wait("binary_sensor.emotion_hall_face_present", present)
    home.wait("sensor.emotion_hall_emotion", NO_FACE)
    home.wait("binary_sensor.emotion_hall_camera", "off")
    home.wait("sensor.emotion_hall_emotion", *LABELS)


def test_each_change_is_an_event(home, hall):
    kinds = set()

    def seen() -> bool:
        event = home.states()["event.emotion_hall_label_change"]
        kinds.add(event["attributes"]["event_type"])
        return len(kinds - {None}) >= 2

    until(seen, "two kinds of events", 60)
    assert kinds <= {None, *LABELS, UNKNOWN, NO_FACE}


def test_the_switch_pauses_and_resumes(home, hall):
    switch = {"entity_id": "switch.emotion_hall_pause"}
    home.ask("call", domain="switch", service="turn_on", data=switch)
    home.wait("switch.emotion_hall_pause", "on")
    home.wait("sensor.emotion_hall_emotion", UNKNOWN)
    home.wait("binary_sensor.emotion_hall_face_present", "unknown")
    home.ask("call", domain="switch", service="turn_off", data=switch)
    home.wait("switch.emotion_hall_pause", "off")
    home.wait("binary_sensor.emotion_hall_face_present", "on", "off")


def test_the_card_in_the_documentation_shows_entities_that_exist(home, hall):
    (view,) = home.ask("dashboard")["views"]  # as Home Assistant reads it
    (card,) = view["cards"]
    named = {entity for each in card["cards"] for entity in each["entities"]}
    assert named <= EXPECTED
    assert set(SECONDS) <= named


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_device_and_labels_in_other_scripts(home, start, tmp_path, prefix):
    model = tmp_path / "model.tflite"
    model.write_bytes(with_contract(labels=ODD[:3] if prefix == PREFIXES[0] else ODD[1:]))
    labels = read_model(model).contract.labels
    source = f"replay:{write_changing_colours(tmp_path / 'recording')}"
    run = start(prefix, "--source", source, "--model", model)

    def ours() -> dict:
        return {
            each["attributes"]["friendly_name"].removeprefix(f"Emotion {prefix} "): each["state"]
            for each in home.states().values()
            if each["attributes"].get("friendly_name", "").startswith(f"Emotion {prefix} ")
        }

    until(lambda: f"Seconds of {labels[2]}" in ours(), "the entities")
    until(lambda: ours()["Emotion"] in labels, "a label")
    assert run.end()[0] == 0
    until(lambda: set(ours().values()) == {"unavailable"}, "the end")
    assert {f"Seconds of {label}" for label in labels} < set(ours())
    assert {each["name"] for each in home.ask("devices")} >= {f"Emotion {prefix}"}


def test_the_page_is_a_link_and_it_shows_who_watches(home, broker):
    stats, address = PipelineStats(watched=False), "http://pi.local:8080/"
    page = Reporting(page=address)
    given = ([parse_address(f"mqtt://localhost:{broker.port}/page")], MqttSettings(), stats)
    with MqttSink(*given, LABELS, page, Event()) as sink:
        home.wait("binary_sensor.emotion_page_being_watched", "off")
        assert {"name": "Emotion page", "url": address} in home.ask("devices")
        stats.watched = True
        sink._publish_state_if_due()
        home.wait("binary_sensor.emotion_page_being_watched", "on")


def test_home_assistant_had_nothing_to_complain_about(home):
    lines = [line for line in home.log.splitlines() if "mqtt" in line.lower() or "emotion" in line]
    assert not lines, json.dumps(lines, indent=1)
