"""Connections without a broker, and with one that is silent."""

import socket
import time
from contextlib import ExitStack, contextmanager
from threading import Event

from paho.mqtt.client import Client

from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.connection import MqttConnection
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.reporting import Reporting
from emotion_edge.output.mqtt.sink import MqttSink
from emotion_edge.pipeline.stats import PipelineStats
from tests.edge.brokers.mosquitto import free_port


def make_connection() -> MqttConnection:
    return MqttConnection(
        parse_address("mqtt://localhost:1/hall"),
        MqttSettings(),
        on_pause=lambda paused, retained, first: None,
        on_kept=lambda paused: None,
        on_reconnect=lambda: None,
    )


def test_a_connection_lost_while_disconnecting_is_not_an_error(monkeypatch):
    with make_connection():
        # As paho reports between the end of the connection and noticing it.
        monkeypatch.setattr(Client, "is_connected", lambda self: True)


def test_waiting_for_a_retained_message_ends_with_its_connection(monkeypatch):
    connection, sent = make_connection(), []
    monkeypatch.setattr(Client, "is_connected", lambda self: True)
    monkeypatch.setattr(Client, "publish", lambda self, topic, *_, **__: sent.append(topic))
    connection.publish_state("state", "happy")
    connection._up()
    former = connection._number
    connection._down()
    connection._settle(former)  # a timer of the former connection that was not cancelled in time
    connection.publish_event("events", "{}")
    assert sent == ["hall/availability"]
    connection._settle(connection._number)
    assert sent[1:] == ["hall/state", "hall/instance"]


@contextmanager
def silent_servers(count: int):
    """Accept connections and never answer; yield the ports."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        yield [server.getsockname()[1] for server in servers]


def test_brokers_that_do_not_answer_delay_the_first_label_by_two_seconds_in_all():
    with silent_servers(4) as ports:
        brokers = [parse_address(f"mqtt://127.0.0.1:{port}/hall") for port in ports]
        sink = MqttSink(brokers, MqttSettings(), PipelineStats(), ("red",), Reporting(), Event())
        start = time.monotonic()
        with sink:
            assert 1.9 <= time.monotonic() - start < 7  # 8 if one was waited for after the other


def test_a_broker_that_cannot_be_reached_is_not_waited_for():
    broker = parse_address(f"mqtt://127.0.0.1:{free_port()}/hall")
    sink = MqttSink([broker], MqttSettings(), PipelineStats(), ("red",), Reporting(), Event())
    start = time.monotonic()
    with sink:
        assert time.monotonic() - start < 1.5
