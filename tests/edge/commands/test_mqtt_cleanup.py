"""`emotion-edge forget` removes the retained messages."""

import json
import os
import signal
import subprocess

import pytest

from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.probe import connected_client, retained_messages
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import DISCOVERY, PASSWORD, PREFIX, Mosquitto, plain_broker
from tests.edge.command_line import edge
from tests.edge.waiting import until


def forget(broker: Mosquitto) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "EMOTION_EDGE_PASSWORD": PASSWORD}
    return edge("forget", *broker.options, env=environment)


def test_forget_removes_everything_from_the_broker(broker, daemon, changing):
    run = daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    listener.send("resume", retain=True)
    assert run.end()[0] == 0
    result = forget(broker)
    assert result.returncode == 0, result.stderr
    assert f"removed {DISCOVERY}" in result.stdout
    assert f"removed {PREFIX}/counts" not in result.stdout  # there was none
    assert "retains nothing of" in forget(broker).stdout
    late = Listener(broker)
    late.client.publish("end", "end")
    until(lambda: late.heard, "the end")
    assert late.heard == [("end", "end", False)]
    broker.kill()
    result = forget(broker)
    assert result.returncode == 1
    assert "Connection refused" in result.stderr


def test_forget_fails_if_the_broker_keeps_a_message(certificates, tmp_path):
    acl = tmp_path / "acl"
    acl.write_text("user hall\ntopic readwrite #\n")
    broker = Mosquitto(tmp_path / "broker", certificates)
    broker.configure("good", more=f"acl_file {acl}")
    broker.start()
    try:
        for topic in (DISCOVERY, f"{PREFIX}/state"):
            broker.client().publish(topic, "{}", qos=1, retain=True).wait_for_publish(30)
        acl.write_text(f"user hall\ntopic readwrite {PREFIX}/#\ntopic read homeassistant/#\n")
        broker.send(signal.SIGHUP)
        until(lambda: "Reloading config" in broker.log, "the new access list")
        result = forget(broker)
    finally:
        broker.kill()
    assert result.returncode == 1
    assert result.stdout == f"mqtts://localhost:{broker.port}: removed {PREFIX}/state\n"
    assert f"does not show that these are removed: {DISCOVERY};" in result.stderr


@plain_broker
def test_a_huge_message_is_removed_without_being_read(broker):
    for name, size in (("set", 8 << 20), ("state", 300 << 10), ("paused", 10)):
        message = broker.client().publish(f"{PREFIX}/{name}", bytes(size), qos=1, retain=True)
        message.wait_for_publish(30)
    with connected_client(parse_address(broker.url), MqttSettings()) as client:
        assert retained_messages(client, [f"{PREFIX}/set", f"{PREFIX}/paused"]) == {
            f"{PREFIX}/paused": bytes(10)
        }
    result = forget(broker)
    where = f"mqtt://localhost:{broker.port}: removed"
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"{where} {PREFIX}/paused",
        f"{where} 2 message(s) of more than 256 KB on its topics",
    ]
    assert "retains nothing of" in forget(broker).stdout


OLD = "homeassistant/device/emotion-edge-test-hall/config"  # of version 0.1, and of test-hall


@plain_broker
@pytest.mark.parametrize(
    ("payload", "removed"),
    [
        (json.dumps({"availability_topic": f"{PREFIX}/availability", "cmps": {}}), True),
        (json.dumps({"availability_topic": "test-hall/availability"}), False),
        (json.dumps({"availability_topic": f"{PREFIX}/x/availability"}), False),
        (json.dumps([f"{PREFIX}/availability"]), False),
        (json.dumps({"availability_topic": [f"{PREFIX}/availability"]}), False),
        ("[" * 100_000, False),
        ("not JSON", False),
    ],
    ids=["ours", "another's", "below ours", "list", "topics", "nested", "text"],
)
def test_of_the_entries_of_version_0_1_only_our_own_is_removed(broker, payload, removed):
    broker.client().publish(OLD, payload, qos=1, retain=True).wait_for_publish(30)
    result = forget(broker)
    assert (result.returncode, result.stderr) == (0, "")
    assert (f"removed {OLD}" in result.stdout) == removed
    late = Listener(broker)
    late.client.publish("end", "end")
    until(lambda: "end" in [topic for topic, _, _ in late.heard], "the end")
    assert (OLD in [topic for topic, _, _ in late.heard]) != removed


@plain_broker
@pytest.mark.parametrize(
    ("first", "second"),
    [("客厅", "厨房"), ("Küche", "Käche"), ("hall/cam", "hall-cam"), ("дом/кухня", "дом/ванна")],
)
def test_two_devices_with_names_alike_are_two_and_forgotten_one_by_one(
    broker, daemon, changing, first, second
):
    for prefix in (first, second):
        run = daemon("--source", changing, "--to", f"mqtt://localhost:{broker.port}/{prefix}")
        topic = f"{prefix}/availability"
        until(lambda topic=topic: topic in announced(broker), "the device")
        assert run.end()[0] == 0
    assert len(announced(broker)) == 2
    result = edge("forget", "--to", f"mqtt://localhost:{broker.port}/{first}")
    assert result.returncode == 0, result.stderr
    assert announced(broker) == {f"{second}/availability"}


def announced(broker: Mosquitto) -> set[str]:
    """Return the availability topics of the devices that Home Assistant would find."""
    late = Listener(broker)
    late.client.publish("end", "end")
    until(lambda: "end" in [topic for topic, _, _ in late.heard], "the end")
    messages = [json.loads(text) for topic, text, _ in late.heard if topic.endswith("/config")]
    return {message["availability_topic"] for message in messages}
