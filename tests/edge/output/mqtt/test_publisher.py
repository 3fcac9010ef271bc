"""The publisher without a broker."""

from paho.mqtt.client import Client

from emotion_edge.output.mqtt.address import parse_address
from emotion_edge.output.mqtt.client import MqttSettings
from emotion_edge.output.mqtt.publisher import MqttPublisher


def test_a_connection_lost_while_disconnecting_is_not_an_error(monkeypatch):
    publisher = MqttPublisher(
        parse_address("mqtt://localhost:1/hall"),
        MqttSettings(),
        on_pause=lambda paused: None,
        on_reconnect=lambda: None,
    )
    with publisher:
        # As paho reports between the end of the connection and noticing it.
        monkeypatch.setattr(Client, "is_connected", lambda self: True)
