"""Pause and resume by MQTT."""

import time

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PREFIX, plain_broker


def test_invalid_messages_on_set_change_nothing(broker, daemon, changing):
    run = daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    at = listener.wait("availability", "online")
    for i in range(10_000):
        listener.client.publish(f"{PREFIX}/set", f"{{{i}\x00pause\xff")
    listener.send(b"\xff\xfe" * 500_000)
    listener.send("pause ")
    listener.send("PAUSE")
    after = listener.wait("state", "green", after=at + 10_000)
    assert set(listener.of("paused")) == {"running"}
    assert 10 <= run.stderr.count("that are no command") <= 20
    listener.send("pause")
    listener.wait("paused", "paused", after=after)
    listener.wait("state", "unknown", after=after)
    assert run.end()[0] == 0


def test_pause_and_resume_work_and_a_retained_pause_survives_a_restart(broker, daemon, changing):
    first = daemon("--source", changing, "--to", "-", *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    listener.send("pause", retain=True)
    at = listener.wait("paused", "paused")
    listener.wait("state", "unknown", after=at)
    assert listener.attributes()["reason"] == "paused"
    assert listener.attributes()["paused"] is True
    line = first.stdout[-1]
    assert (line["label"], line["reason"]) == ("unknown", "paused")
    seen = len(first.stdout)
    time.sleep(2.5)  # the colour changes each second
    assert len(first.stdout) == seen
    assert first.end()[0] == 0

    second = daemon("--source", changing, *broker.options)
    at = listener.wait("availability", "online", after=len(listener.heard))
    listener.wait("paused", "paused", after=at)
    time.sleep(2.5)
    assert listener.of("state")[-1] == "unknown"
    listener.send("resume", retain=True)
    listener.wait("state", "red", after=len(listener.heard))
    assert second.end()[0] == 0


@plain_broker
def test_after_a_flood_of_pauses_a_resume_counts(broker, daemon, changing):
    """The daemon asks what the broker retains. Mosquitto drops messages if many answers wait."""
    daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.send("resume", retain=True)
    listener.wait("state", "green")
    sender = broker.client()
    for _ in range(10_000):
        sender.publish(f"{PREFIX}/set", "pause")
    sender.publish(f"{PREFIX}/set", "pause", qos=1).wait_for_publish(30)
    listener.send("resume")
    at = listener.wait("paused", "paused")
    listener.wait("paused", "running", after=at)
    assert broker.log.count("Received SUBSCRIBE") < 5000
