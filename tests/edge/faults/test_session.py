"""Messages to brokers and to Home Assistant, and the tables of them in docs/."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from jinja2 import Template

from emotion_edge.commands.install_service import FOLDER, UNIT
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.system.privacy_notice import MARK
from tests.edge.conftest import INT8, edge, save
from tests.edge.faults.parts import PREFIX, Listener, Mosquitto, colours, until

DOCS = Path(__file__).parents[3] / "docs"
CONFIG = "homeassistant/device/emotion-edge-test-hall/config"
plain = pytest.mark.parametrize("broker", ["plain"], indirect=True)


def table(page: str, heading: str) -> dict[str, list[str]]:
    """Return a table of docs/ by its heading: the names in its first column, and the rest."""
    lines = (DOCS / page).read_text().partition(f"| {heading} |")[2].splitlines()[2:]
    rows = [
        line.strip("|").split("|")
        for line in lines[: next(i for i, x in enumerate(lines) if not x)]
    ]
    return {
        name: [cell.strip() for cell in row[1:]]
        for row in rows
        for name in re.findall(r"`([\w/]+)`", row[0])
    }


def test_a_session_as_mosquitto_sub_shows_it(broker, tmp_path):
    rows = [(c, i / 10, "") for i, c in enumerate(["red"] * 10 + ["blue"] * 10 + ["green"] * 10)]
    source = f"replay:{colours(tmp_path / 'r', rows)}"
    where = ["-h", "localhost", "-p", str(broker.port)]
    if broker.secured:
        where += ["--cafile", broker.certificates.ca, "-u", "hall", "-P", "correct horse"]
    with (tmp_path / "heard").open("w") as file:
        ear = subprocess.Popen(["mosquitto_sub", *where, "-v", "-t", "#"], stdout=file)
    try:
        until(lambda: "Sending SUBACK" in log(broker), "mosquitto_sub")
        result = edge(
            *("run", "--model", INT8, "--source", source, "--faces", "off", *broker.options),
            env={**os.environ, "EMOTION_EDGE_PASSWORD": "correct horse"},
        )
        until(lambda: "offline" in (tmp_path / "heard").read_text(), "offline")
    finally:
        ear.kill()
        ear.wait()
    assert (result.returncode, result.stdout) == (0, "")
    heard = [line.partition(" ")[::2] for line in (tmp_path / "heard").read_text().splitlines()]
    assert heard[0] == (f"{PREFIX}/availability", "online")
    assert heard[1][0] == CONFIG
    states = [payload for topic, payload in heard if topic == f"{PREFIX}/state"]
    assert states == ["unknown", "red", "blue", "green"]
    assert heard[-1] == (f"{PREFIX}/availability", "offline")


def log(broker) -> str:
    return (broker.folder / "log").read_text()


@plain
def test_topics_and_keys_are_those_of_the_tables_in_docs(broker, daemon, changing):
    told = table("mqtt-home-assistant.md", "topic")
    run = daemon("--source", changing, "--heartbeat", 1, *broker.options)
    ear = Listener(broker)
    ear.wait("state", "green")
    ear.say("resume", retain=True)
    later = Listener(broker)
    assert run.end()[0] == 0
    ear.wait("availability", "offline")
    names = {t.removeprefix(f"{PREFIX}/") for t, _, _ in ear.heard if t != CONFIG}
    assert names == set(told) - {"counts"}
    kept = {t.removeprefix(f"{PREFIX}/") for t, _, retained in later.heard if retained}
    for name in names:
        assert (name in kept) == (told[name][0] == "yes" or name == "set"), name
        if name != "set":
            assert str(ear.qos[f"{PREFIX}/{name}"]) == told[name][1], name
    keys = table("mqtt-home-assistant.md", "key of `attributes`")
    assert set(json.loads(ear.of("attributes")[-1])) == set(keys)
    assert set(json.loads(ear.of("events")[-1])) == set(table("output.md", "key"))


def test_all_topics_and_files_are_in_the_page_on_privacy():
    told = (DOCS / "privacy.md").read_text()
    named = set(re.findall(r"`…/(\w+)`", told))
    assert named == {*table("mqtt-home-assistant.md", "topic"), "doctor"}
    assert f"`{FOLDER / UNIT}`" in told
    assert f"`{MARK}`" in told


@plain
def test_home_assistant_is_told_again_when_it_starts_anew(broker, daemon, changing):
    daemon("--source", changing, *broker.options)
    ear = Listener(broker)
    ear.wait("state", "green")
    before = sum(topic == CONFIG for topic, _, _ in ear.heard)
    at = len(ear.heard)
    ear.client.publish("homeassistant/status", "offline")
    ear.client.publish("homeassistant/status", "online")
    until(lambda: sum(t == CONFIG for t, _, _ in ear.heard) == before + 1, "the discovery")
    until(lambda: any(t.endswith("/attributes") for t, _, _ in ear.heard[at:]), "the state")


@plain
def test_the_discovery_is_a_device_whose_parts_find_their_values(broker, daemon, changing):
    daemon("--source", changing, *broker.options)
    ear = Listener(broker)
    ear.wait("state", "green")
    late = Listener(broker)
    until(lambda: any(t == CONFIG for t, _, retained in late.heard if retained), "the retained one")
    message = json.loads(next(payload for topic, payload, _ in late.heard if topic == CONFIG))
    assert {"dev", "o", "cmps", "availability_topic"} == set(message)
    assert message["availability_topic"] == f"{PREFIX}/availability"
    parts = message["cmps"]
    assert set(parts) == {
        *("emotion", "confidence", "faces", "frame_rate", "temperature", "camera", "pause"),
    }
    assert parts["emotion"]["device_class"] == "enum"
    assert parts["emotion"]["options"] == ["blue", "green", "red", UNKNOWN, NO_FACE]
    assert len({part["unique_id"] for part in parts.values()}) == len(parts)
    heard = {topic: payload for topic, payload, _ in ear.heard}
    for part in parts.values():
        if part["p"] == "switch":
            assert heard[part["state_topic"]] == part["state_off"]
            ear.client.publish(part["command_topic"], part["payload_on"], retain=part["retain"])
            ear.wait("paused", part["state_on"])
            continue
        value = json.loads(heard[part["state_topic"]])
        (key,) = set(re.findall(r"value_json\.(\w+)", part["value_template"]))
        assert key in value
        assert part["expire_after"] == 90


@plain
def test_home_assistant_reads_each_value_as_what_it_is(broker, daemon, tmp_path):
    rows = [("red", i / 10, "stall" if i == 30 else "") for i in range(31)]
    source = f"replay:{colours(tmp_path / 'r', rows)}"
    ear = Listener(broker)
    daemon("--source", source, "--stall", 0.5, *broker.options)
    ear.wait("state", "unknown", after=ear.wait("state", "red"))
    until(lambda: not ear.attributes()["streaming"], "the loss of the camera")
    parts = json.loads(next(p for t, p, _ in ear.heard if t == CONFIG))["cmps"]
    said = [json.loads(text) for text in ear.of("attributes")]
    red = next(value for value in said if value["label"] == "red")
    with_face, without = (
        read(parts, {**red, "faces": 1, "temperature": 48.3}),
        read(parts, said[-1]),
    )
    assert (with_face["emotion"], without["emotion"]) == ("red", "unknown")
    assert float(with_face["confidence"]) == pytest.approx(100 * red["score"])
    assert (with_face["faces"], with_face["temperature"]) == ("1", "48.3")
    assert (with_face["camera"], without["camera"]) == ("OFF", "ON")
    assert float(with_face["frame_rate"]) >= 0
    # That is how a number is unknown; "" would let the last one stand.
    assert (without["confidence"], without["faces"]) == ("None", "None")


def read(parts: dict, attributes: dict) -> dict[str, str]:
    """Return what the templates of a discovery make of attributes."""
    return {
        name: Template(part["value_template"]).render(value_json=attributes)
        for name, part in parts.items()
        if "value_template" in part
    }


@plain
@pytest.mark.parametrize(
    ("options", "seconds"),
    [(("--heartbeat", 60), 180), (("--every", 100), 300), (("--heartbeat", 0), None)],
)
def test_values_expire_when_they_should_have_been_said_again(broker, daemon, options, seconds):
    daemon("--source", "-", "--size", "8x8", *options, *broker.options)
    ear = Listener(broker)
    until(lambda: any(t == CONFIG for t, _, _ in ear.heard), "the discovery")
    parts = json.loads(next(p for t, p, _ in ear.heard if t == CONFIG))["cmps"]
    assert parts["faces"].get("expire_after") == seconds


@plain
def test_no_discovery_where_none_is_wanted(broker, daemon, changing):
    daemon("--source", changing, "--discovery", "", *broker.options)
    ear = Listener(broker)
    ear.wait("state", "green")
    assert {topic.split("/")[0] for topic, _, _ in ear.heard} == {"test"}


def test_forget_leaves_nothing_on_the_broker(broker, daemon, changing):
    run = daemon("--source", changing, *broker.options)
    ear = Listener(broker)
    ear.wait("state", "green")
    ear.say("resume", retain=True)
    assert run.end()[0] == 0
    password = {**os.environ, "EMOTION_EDGE_PASSWORD": "correct horse"}
    result = edge("forget", *broker.options, env=password)
    assert result.returncode == 0, result.stderr
    assert f"removed {CONFIG}" in result.stdout
    late = Listener(broker)
    late.client.publish("end", "end")
    until(lambda: late.heard, "the end")
    assert late.heard == [("end", "end", False)]
    broker.kill()
    result = edge("forget", *broker.options, env=password)
    assert result.returncode == 1
    assert "Connection refused" in result.stderr


def test_forget_fails_where_the_broker_keeps_what_it_should_not(certificates, tmp_path):
    acl = tmp_path / "acl"
    acl.write_text("user hall\ntopic readwrite #\n")
    broker = Mosquitto(tmp_path / "broker", certificates)
    broker.configure("good", more=f"acl_file {acl}")
    broker.start()
    try:
        broker.client().publish(CONFIG, "{}", qos=1, retain=True).wait_for_publish(30)
        acl.write_text(f"user hall\ntopic readwrite {PREFIX}/#\ntopic read homeassistant/#\n")
        broker.send(signal.SIGHUP)
        until(lambda: "Reloading config" in log(broker), "the new access list")
        password = {**os.environ, "EMOTION_EDGE_PASSWORD": "correct horse"}
        result = edge("forget", *broker.options, env=password)
    finally:
        broker.kill()
    assert result.returncode == 1
    assert f"removed {PREFIX}/state" in result.stdout
    assert f"does not show that these are removed: {CONFIG};" in result.stderr


@plain
def test_only_counts_leave_when_only_counts_are_asked_for(broker, daemon, changing):
    before = daemon("--source", changing, *broker.options)
    Listener(broker).wait("state", "red")
    before.end()
    run = daemon("--source", changing, "--aggregate", 1, "--to", "-", *broker.options)
    ear = Listener(broker)
    until(lambda: ear.of("counts"), "counts", 90)
    assert run.end()[0] == 0
    ear.wait("availability", "offline")
    late = Listener(broker)
    late.wait("availability", "offline")
    until(lambda: late.of("counts"), "the retained counts")
    # What was kept of the run before is no more.
    assert {t for t, _, _ in late.heard} - {CONFIG} == {
        f"{PREFIX}/{name}" for name in ("availability", "attributes", "paused", "counts")
    }
    assert ear.of("state")[-1] == ""
    assert not ear.of("events")
    counts = json.loads(ear.of("counts")[0])
    assert set(counts) == {"event", "from", "to", "frames", "counts"}
    assert 200 <= counts["frames"] == sum(counts["counts"].values())
    assert set(counts["counts"]) >= {"red", "green", "blue"}
    assert run.stdout[0] == counts
    person = {"label", "score", "scores", "faces", "face", "box", "raw", "reason"}
    assert not person & set(late.attributes())
    parts = json.loads(next(p for t, p, _ in late.heard if t == CONFIG))["cmps"]
    assert parts["emotion"] == {"p": "sensor"}  # removes what a run without --aggregate announced
    assert "unique_id" in parts["frame_rate"]


def test_what_is_on_a_picture_waits_a_moment_for_the_broker(broker, daemon, tmp_path):
    save(tmp_path / "red.png", "red")
    ear = Listener(broker)
    broker.send(signal.SIGSTOP)
    run = daemon("--source", tmp_path / "red.png", *broker.options)
    time.sleep(1.2)
    broker.send(signal.SIGCONT)
    assert run.process.wait(30) == 0
    ear.wait("availability", "offline")
    assert [json.loads(event)["label"] for event in ear.of("events")] == ["red"]
    assert ear.of("state")[-1] == "red"


@plain
def test_several_brokers_and_stdout_are_told_the_same(broker, daemon, changing, tmp_path):
    second = broker.url.replace(PREFIX, "other")
    run = daemon("--source", changing, "--to", "-", "--to", second, *broker.options)
    ear = Listener(broker)
    ear.wait("state", "green")
    other = [p for t, p, _ in ear.heard if t == "other/events"]
    until(lambda: ear.of("events")[-1] == other[-1], "the same event")
    assert [line["label"] for line in run.stdout][:2] == ["red", "green"]
    ear.say("pause")
    until(lambda: ("other/paused", "paused", False) in ear.heard, "the pause at the other one")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mqtt:///hall", "not mqtt[s]://"),
        ("http://broker/hall", "not mqtt[s]://"),
        ("mqtt://broker:70000/hall", "not mqtt[s]://"),
        ("mqtt://broker/a/#", "not mqtt[s]://"),
        ("mqtt://broker/a/+/b", "prefix"),
        ("mqtt://broker/$SYS", "prefix"),
    ],
)
def test_an_address_that_is_none_is_a_mistake(tmp_path, url, words):
    result = edge("run", "--model", INT8, "--source", tmp_path, "--to", url)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
