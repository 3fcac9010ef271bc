"""The delays between attempts to connect, and the identifier of a device."""

import re

import pytest
from paho.mqtt.client import Client

from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.address.identity import PrefixLock, client_id
from emotion_edge.output.mqtt.link import FIRST_RETRY_S, HOLD_S, LAST_RETRY_S, Link
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.system import device
from emotion_edge.util.backoff import Backoff


def test_devices_that_lost_their_broker_together_reconnect_at_different_times(monkeypatch):
    """`python -m bench.fleet` shows the effect on a broker."""
    delays = []
    monkeypatch.setattr(
        Client, "reconnect_delay_set", lambda self, first, last: delays.append(first)
    )
    broker = parse_address("mqtt://localhost:1/hall")
    for _ in range(100):
        link = Link(broker, MqttSettings(), on_up=lambda: None, on_down=lambda: None)
        link.client.on_connect_fail(link.client, None)
    # Between half and all of it: delays double, so together they cover all times.
    assert FIRST_RETRY_S / 2 <= min(delays) < 0.6 * FIRST_RETRY_S
    assert 0.9 * FIRST_RETRY_S < max(delays) <= FIRST_RETRY_S
    assert len(set(delays)) == 100


def test_delays_double_until_a_connection_has_held():
    backoff = Backoff(FIRST_RETRY_S, LAST_RETRY_S, HOLD_S)
    assert [backoff.next(0.9 * HOLD_S) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert [backoff.next(held) for held in (HOLD_S, 0, 0)] == [1, 2, 4]
    # Two clients that throw each other out hold for as long as the other waits.
    assert HOLD_S > LAST_RETRY_S


def test_the_identifier_is_stable_and_differs_by_device_and_prefix(monkeypatch, tmp_path):
    assert client_id("hall") == client_id("hall")
    found = {client_id(prefix) for prefix in ("hall", "halL", "kitchen", "客厅", "厨房", "a" * 500)}
    monkeypatch.setattr(device, "MACHINE_ID", tmp_path / "machine-id")
    found.add(client_id("hall"))  # a container without one
    (tmp_path / "machine-id").write_bytes(b"0123456789abcdef\n")
    found.add(client_id("hall"))
    (tmp_path / "machine-id").write_bytes(b"\xff\xfe")
    found.add(client_id("hall"))
    monkeypatch.setattr(device.socket, "gethostname", lambda: "copy-of-the-card")
    found.add(client_id("hall"))
    assert len(found) == 10
    assert all(re.fullmatch("[0-9a-zA-Z]{1,23}", each) for each in found)


@pytest.mark.parametrize("other", [("b", "hall"), ("a", "kitchen")])
def test_a_prefix_on_a_broker_is_taken_once(other):
    first, second, elsewhere = PrefixLock("a", "hall"), PrefixLock("a", "hall"), PrefixLock(*other)
    assert first.acquire()
    assert not second.acquire()
    assert elsewhere.acquire()
    first.release()
    assert second.acquire()
    for each in (second, elsewhere):
        each.release()
