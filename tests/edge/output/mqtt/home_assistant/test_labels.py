"""Totals and faces of each label, and what Home Assistant reads of them."""

import json
import signal
from threading import Event

import pytest
from jinja2 import Template

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.output.mqtt import sink as sink_module
from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.home_assistant.discovery import discovery_message
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.sink import MqttSink
from emotion_edge.pipeline.results import NoSignal
from emotion_edge.pipeline.stats import PipelineStats
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.models import LABELS, with_contract
from tests.edge.output.history.rows import totals_of
from tests.edge.recordings import write_changing_colours
from tests.edge.results import face, frame_result
from tests.edge.waiting import until

ODD = ("藍 & 綠", 'it\'s "green"', "back\\slash }} {% raw %}", "🙂‍↔️")


def broker_at(prefix: str = "hall"):
    return parse_address(f"mqtt://localhost:1/{prefix}")


@pytest.fixture
def sent(monkeypatch) -> list[dict[str, str]]:
    """The retained messages that a sink publishes, by topic, one dict for each time."""
    messages = []
    monkeypatch.setattr(MqttSink, "_publish_states", lambda self, **each: messages.append(each))
    return messages


def make(stats: PipelineStats | None = None) -> MqttSink:
    reporting = Reporting(heartbeat=0)
    given = ([broker_at()], MqttSettings(), stats or PipelineStats(), ("happy", "sad"))
    return MqttSink(*given, reporting, Event())


def latest(sent: list[dict[str, str]], topic: str) -> dict:
    return json.loads([each[topic] for each in sent if topic in each][-1])


@plain_broker
def test_the_totals_are_those_of_the_history(broker, daemon, tmp_path):
    source = write_changing_colours(tmp_path / "recording", seconds=6)
    path = tmp_path / "labels.db"
    listener = Listener(broker)
    run = daemon("--source", f"replay:{source}", "--history", path, *broker.options)
    assert run.process.wait(60) == 0
    listener.wait("availability", "offline")
    first, *_, last = [json.loads(text) for text in listener.of("totals")]
    zeros = dict.fromkeys((*LABELS, UNKNOWN, NO_FACE), 0)
    assert first == {"seconds": zeros, "count": zeros}
    found = {
        label: (last["seconds"][label], count) for label, count in last["count"].items() if count
    }
    assert found == {
        label: (pytest.approx(seconds, abs=0.051), count)
        for label, (seconds, count) in totals_of(path).items()
    }
    assert set(found) >= {*LABELS}


def test_totals_leave_once_a_minute_and_at_the_end(sent, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(sink_module.time, "monotonic", lambda: now)
    sink = make()
    sent.clear()
    for i in range(1250):
        now += 0.1
        sink.publish(frame_result(face("happy"), seconds=i / 10))
    seconds = [json.loads(each["totals"])["seconds"]["happy"] for each in sent if "totals" in each]
    assert seconds == [pytest.approx(60, abs=0.2), pytest.approx(120, abs=0.3)]
    with sink:
        pass
    assert latest(sent, "totals")["seconds"]["happy"] == pytest.approx(124.9)
    assert latest(sent, "totals")["count"] == {"happy": 1250, "sad": 0, UNKNOWN: 0, NO_FACE: 0}


def test_faces_are_counted_by_label_until_there_is_no_signal(sent):
    stats = PipelineStats()
    sink = make(stats)
    assert latest(sent, "faces") == {}
    sink.publish(frame_result(face("happy"), face("happy"), face(UNKNOWN)))
    assert latest(sent, "faces") == {"happy": 2, "sad": 0, UNKNOWN: 1}
    sink.publish(frame_result(face_count=0))
    assert latest(sent, "faces") == {"happy": 0, "sad": 0, UNKNOWN: 0}
    sink.publish(frame_result(face("sad")))
    sink.publish(NoSignal(source="x", reason="no_camera", changed=True))
    assert latest(sent, "faces") == {}
    sink.publish(frame_result(face("sad")))
    stats.paused = True
    sink.publish(NoSignal(source="x", reason="paused", changed=True))
    assert latest(sent, "faces") == {}


@pytest.mark.parametrize("label", [*ODD, UNKNOWN])
def test_home_assistant_finds_each_label_however_it_is_written(label):
    parts = json.loads(discovery_message(broker_at(), ODD, Reporting()))["cmps"]
    values = {each: float(number) for number, each in enumerate((*ODD, UNKNOWN), start=1)}
    for kind, message in (("seconds", {"seconds": values}), ("faces", values)):
        part = parts[f"{kind}-{label}"]
        read = Template(part["value_template"]).render(value_json=message)
        assert float(read) == values[label]
        # A label that is not there is unknown, and no error.
        empty = {"seconds": {}} if kind == "seconds" else {}
        assert Template(part["value_template"]).render(value_json=empty) == "None"
        assert label in part["name"]


@plain_broker
def test_another_model_removes_the_entities_of_labels_that_are_gone(
    broker, daemon, changing, tmp_path
):
    model = tmp_path / "model.tflite"
    model.write_bytes(with_contract())
    run = daemon("--source", changing, "--model", model, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    model.write_bytes(with_contract(labels=("red", "藍", "綠")))
    run.process.send_signal(signal.SIGHUP)
    until(lambda: len(listener.discoveries()) == 2, "the new labels")
    parts = listener.discoveries()[1]["cmps"]
    for label in ("green", "blue"):
        assert parts[f"seconds-{label}"] == parts[f"faces-{label}"] == {"p": "sensor"}
    for label in ("red", "藍", "綠"):
        assert parts[f"seconds-{label}"]["device_class"] == "duration"
    until(lambda: "藍" in json.loads(listener.of("totals")[-1])["seconds"], "its totals")


def test_the_page_is_announced_and_who_watches_it_is_told(sent):
    page = Reporting(page="http://pi.local:8080/")
    message = json.loads(discovery_message(broker_at(), LABELS, page, page=True))
    assert message["dev"]["configuration_url"] == "http://pi.local:8080/"
    part = message["cmps"]["watched"]
    stats = PipelineStats(watched=False)
    sink = make(stats)
    stats.watched = True
    sink.publish(frame_result(face_count=0))
    stats.watched = False
    sink.publish(frame_result(face_count=0))
    told = [each["watched"] for each in sent if "watched" in each]
    assert told == [part["payload_off"], part["payload_on"], part["payload_off"]]
    assert part["state_topic"] == "hall/watched"


def test_without_a_page_nothing_is_said_of_it(sent):
    message = json.loads(discovery_message(broker_at(), LABELS, Reporting()))
    assert "configuration_url" not in message["dev"]
    make()
    assert {each["watched"] for each in sent if "watched" in each} == {""}  # removes what was there
