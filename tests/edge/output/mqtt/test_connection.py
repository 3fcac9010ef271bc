"""A connection without a broker."""

from paho.mqtt.client import Client

from emotion_edge.output.mqtt.address import parse_address
from emotion_edge.output.mqtt.connection import MqttConnection
from emotion_edge.output.mqtt.login import MqttSettings


def test_a_connection_lost_while_disconnecting_is_not_an_error(monkeypatch):
    connection = MqttConnection(
        parse_address("mqtt://localhost:1/hall"),
        MqttSettings(),
        on_pause=lambda paused: None,
        on_reconnect=lambda: None,
    )
    with connection:
        # As paho reports between the end of the connection and noticing it.
        monkeypatch.setattr(Client, "is_connected", lambda self: True)
