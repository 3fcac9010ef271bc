"""`emotion-edge forget` removes the retained messages."""

import os
import signal
import subprocess

from tests.edge.command_line import edge
from tests.edge.listener import Listener
from tests.edge.mosquitto import DISCOVERY, PASSWORD, PREFIX, Mosquitto
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
        broker.client().publish(DISCOVERY, "{}", qos=1, retain=True).wait_for_publish(30)
        acl.write_text(f"user hall\ntopic readwrite {PREFIX}/#\ntopic read homeassistant/#\n")
        broker.send(signal.SIGHUP)
        until(lambda: "Reloading config" in broker.log, "the new access list")
        result = forget(broker)
    finally:
        broker.kill()
    assert result.returncode == 1
    assert f"removed {PREFIX}/state" in result.stdout
    assert f"does not show that these are removed: {DISCOVERY};" in result.stderr
