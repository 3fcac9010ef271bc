"""`availability` is true after power cuts and with two daemons on one prefix."""

import logging
import re
import signal
import time
from pathlib import Path

from emotion_edge.output.mqtt.address import identity
from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.connection import MqttConnection
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.system import device
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PREFIX, Mosquitto, plain_broker
from tests.edge.brokers.proxy import Proxy
from tests.edge.waiting import until


def retained_availability(broker) -> str:
    """Return what a new subscriber gets."""
    late = Listener(broker)
    until(lambda: late.of("availability"), "the retained availability")
    return late.of("availability")[0]


@plain_broker
def test_after_a_power_cut_the_device_is_online(broker, daemon, changing):
    with Proxy(broker.port) as before:
        first = daemon("--source", changing, "--to", before.url)
        listener = Listener(broker)
        listener.wait("availability", "online")
        before.freeze()
        first.end(signal.SIGKILL)
        second = daemon("--source", changing, *broker.options)
        second.wait_stderr(": connected")
        until(lambda: "closing old connection" in broker.log, "the end of the old connection")
        before.cut()
        listener.wait("state", "green", after=len(listener.heard))
    assert retained_availability(broker) == "online"


@plain_broker
def test_a_late_will_is_corrected(broker, daemon, changing):
    """As of a daemon of version 0.1, whose identifier was random, or on a replaced device."""
    daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    for _ in range(3):
        at = len(listener.heard)
        listener.client.publish(f"{PREFIX}/availability", "offline", qos=1, retain=True)
        at = listener.wait("availability", "offline", after=at)
        listener.wait("availability", "online", after=at)
    assert retained_availability(broker) == "online"
    listener.client.publish(f"{PREFIX}/availability", "", retain=True)  # `forget` removes it
    at = len(listener.heard)
    listener.wait("state", "red", after=at)
    assert "online" not in [text for _, text, _ in listener.heard[at:]]


@plain_broker
def test_corrections_become_rare(broker, daemon, changing):
    daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    before = listener.of("availability").count("online")
    for _ in range(500):
        listener.client.publish(f"{PREFIX}/availability", "offline", retain=True)
        time.sleep(0.01)
    # Delays of 0.1, 0.2, 0.4 … seconds: 6 of them in 6.3 seconds.
    assert 1 <= listener.of("availability").count("online") - before <= 8


@plain_broker
def test_a_second_daemon_on_the_same_computer_waits(broker, daemon, changing):
    first = daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    second = daemon("--source", changing, "--to", "-", *broker.options)
    second.wait_stderr("another emotion-edge on this computer publishes with the prefix test/hall")
    second.wait_lines(3)
    assert second.stderr.count("another emotion-edge") == 1
    # It could also be a program that only has the name of the lock.
    name = re.search(r"sudo ss -xap \| grep ([\w-]+);", second.stderr)[1]
    assert f"@{name}\n" in Path("/proc/net/unix").read_text()
    assert "connected" not in second.stderr
    assert first.stderr.count("connected") == 1
    assert retained_availability(broker) == "online"
    first.end(signal.SIGKILL)
    second.wait_stderr(": connected")
    until(lambda: retained_availability(broker) == "online", "online")
    assert second.end()[0] == 0
    assert retained_availability(broker) == "offline"


@plain_broker
def test_daemons_on_two_devices_notice_each_other(broker, daemon, changing, monkeypatch, caplog):
    run = daemon("--source", changing, *broker.options)
    listener = Listener(broker)
    listener.wait("state", "green")
    monkeypatch.setattr(device.socket, "gethostname", lambda: "another")
    address = parse_address(f"mqtt://127.0.0.1:{broker.port}/{PREFIX}")
    warning = f"{PREFIX}: another emotion-edge publishes with this prefix"
    with (
        caplog.at_level(logging.INFO),
        MqttConnection(
            address,
            MqttSettings(),
            on_pause=lambda *_: None,
            on_kept=lambda *_: None,
            on_reconnect=lambda: None,
        ),
    ):
        run.wait_stderr(warning)
        until(lambda: warning in caplog.text, "the warning of the other one")
        time.sleep(1)
        heard = len(listener.of("instance"))
        time.sleep(1.5)
        assert len(listener.of("instance")) == heard <= 5
        at = len(listener.heard)
    at = listener.wait("availability", "offline", after=at)
    listener.wait("availability", "online", after=at)
    assert run.stderr.count("another emotion-edge") == 1
    assert run.stderr.count(": connected") == 1


@plain_broker
def test_two_names_of_one_broker_make_no_take_over_loop(broker, daemon, changing):
    """The lock of this computer does not hold, so both connect; the log says what is wrong."""
    other = broker.url.replace("localhost", "127.0.0.1")
    runs = [daemon("--source", changing, "--to", url) for url in (broker.url, other)]
    for run in runs:
        run.wait_stderr(f"{PREFIX}: another emotion-edge publishes with this prefix")
    time.sleep(3)
    assert [run.stderr.count(": connected") for run in runs] == [1, 1]
    # One daemon may have both.
    for run in runs:
        assert run.end()[0] == 0
    run = daemon("--source", changing, "--to", broker.url, "--to", other)
    until(lambda: run.stderr.count(": connected") == 2, "both connections")
    time.sleep(3)
    assert "lost" not in run.stderr
    assert "another emotion-edge" not in run.stderr


@plain_broker
def test_a_copy_of_the_device_makes_no_take_over_loop(broker, daemon, changing, monkeypatch):
    """A copy has no lock in common with the first device, but the identifier."""
    run = daemon("--source", changing, *broker.options)
    run.wait_stderr(": connected")
    monkeypatch.setattr(identity.PrefixLock, "acquire", lambda self: True)
    ups: list[None] = []
    with MqttConnection(
        parse_address(broker.url),
        MqttSettings(),
        on_pause=lambda *_: None,
        on_kept=lambda *_: None,
        on_reconnect=lambda: ups.append(None),
    ):
        run.wait_stderr("another emotion-edge, perhaps")
        time.sleep(10)
    # The delays of each double, from 0.5 to 1 second.
    assert 1 <= run.stderr.count(": connected") + len(ups) + 1 <= 14


@plain_broker
def test_brokers_that_forward_to_each_other_show_no_second_daemon(
    broker, daemon, changing, tmp_path
):
    bridge = Mosquitto(tmp_path / "bridge")
    bridge.configure(
        "good",
        more=f"connection up\naddress 127.0.0.1:{broker.port}\ntopic {PREFIX}/# both 1",
    )
    bridge.start()
    try:
        far = Listener(bridge)

        def forwarded() -> list[str]:
            broker_client.publish(f"{PREFIX}/test", "x")
            return far.of("test")

        broker_client = broker.client()
        until(forwarded, "the bridge")
        run = daemon("--source", changing, "--to", bridge.url, *broker.options)
        until(lambda: len(far.of("instance")) >= 2, "the number from both brokers")
        for each in (broker, bridge):
            listener = Listener(each)
            listener.wait("state", "green")
            until(lambda: listener.of("availability"), "availability")  # noqa: B023
        listener.send("pause")
        listener.wait("paused", "paused")
        assert "another emotion-edge" not in run.stderr
        assert run.end()[0] == 0
    finally:
        bridge.kill()
