"""Several cameras on a broker: each has its own topics below the prefix."""

import json

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PREFIX, plain_broker
from tests.edge.command_line import edge
from tests.edge.waiting import until


@plain_broker
def test_brokers_have_topics_of_each_camera(broker, daemon, cameras):
    listener = Listener(broker)
    run = daemon(*cameras, *broker.options)
    listener.wait("door/state", "red")
    listener.wait("desk/state", "blue")
    listener.client.publish(f"{PREFIX}/door/set", "pause", qos=1).wait_for_publish(30)
    listener.wait("door/paused", "paused")
    listener.wait("door/state", "unknown")
    after = len(listener.heard)
    until(lambda: "desk/attributes" in topics(listener, after), "more of the other camera", 60)
    assert listener.of("desk/paused")[-1] == "running"
    devices = [json.loads(text) for topic, text, _ in listener.heard if "/config" in topic]
    assert {device["dev"]["name"] for device in devices} == {
        f"Emotion {PREFIX}/{name}" for name in ("door", "desk")
    }
    assert run.end()[0] == 0
    for name in ("door", "desk"):
        listener.wait(f"{name}/availability", "offline")
    removed = edge("forget", *cameras, *broker.options).stdout
    for name in ("door", "desk"):
        assert f"removed {PREFIX}/{name}/state" in removed


def topics(listener: Listener, after: int) -> set[str]:
    return {topic.removeprefix(f"{PREFIX}/") for topic, _, _ in listener.heard[after:]}


@plain_broker
def test_a_name_stays_when_the_other_camera_is_gone(broker, daemon, cameras):
    listener = Listener(broker)
    run = daemon(*cameras[:2], *broker.options, "--to", "-")
    listener.wait("door/state", "red")
    assert run.end()[0] == 0
    assert {line["source"] for line in run.stdout} == {"door"}
