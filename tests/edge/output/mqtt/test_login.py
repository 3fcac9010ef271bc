"""The delays between attempts to connect."""

from paho.mqtt.client import Client

from emotion_edge.output.mqtt.address import parse_address
from emotion_edge.output.mqtt.login import (
    FIRST_RETRY_S,
    LAST_RETRY_S,
    MqttSettings,
    make_client,
)


def test_devices_that_lost_their_broker_together_reconnect_at_different_times(monkeypatch):
    """`python -m bench.fleet` shows the effect on a broker."""
    delays = []
    monkeypatch.setattr(
        Client, "reconnect_delay_set", lambda self, first, last: delays.append((first, last))
    )
    broker = parse_address("mqtt://localhost/hall")
    for _ in range(100):
        make_client(broker, MqttSettings())
    firsts, lasts = zip(*delays, strict=True)
    # Between half and all of it: delays double, so together they cover all times.
    assert FIRST_RETRY_S / 2 <= min(firsts) < 0.6 * FIRST_RETRY_S
    assert 0.9 * FIRST_RETRY_S < max(firsts) <= FIRST_RETRY_S
    assert max(lasts) <= LAST_RETRY_S
    assert len(set(firsts)) == 100
