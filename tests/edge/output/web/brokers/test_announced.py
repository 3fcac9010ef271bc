"""What brokers and Home Assistant hear of the page: its address, and whether somebody watches."""

import socket
from pathlib import Path

import pytest

from emotion_edge.output.web.settings import WebSettings
from emotion_edge.util.address import Address
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import free_port, plain_broker
from tests.edge.output.web.asking import connected, request

OWN = socket.gethostname()
LOCAL = OWN if "." in OWN else f"{OWN}.local"


@pytest.mark.parametrize(
    ("host", "more", "url"),
    [
        ("127.0.0.1", {}, None),
        ("::1", {}, None),
        ("localhost", {"hosts": ("hall.lan",)}, None),
        ("0.0.0.0", {}, f"http://{LOCAL}:81/"),
        ("::", {"certificate": Path("hall.pem")}, f"https://{LOCAL}:81/"),
        ("0.0.0.0", {"hosts": ("hall.lan", "other")}, "http://hall.lan:81/"),
        ("0.0.0.0", {"hosts": ("[fd00::1]",)}, "http://[fd00::1]:81/"),
        ("192.0.2.7", {}, "http://192.0.2.7:81/"),
        ("2001:db8::7", {}, "http://[2001:db8::7]:81/"),
        ("hall", {}, "http://hall:81/"),
    ],
)
def test_the_address_for_others(host, more, url):
    assert WebSettings(address=Address(host, 81), **more).url == url


@plain_broker
def test_brokers_hear_whether_somebody_watches(broker, site, changing):
    run = site("--source", changing, *broker.options)
    listener = Listener(broker)
    at = listener.wait("watched", "no")
    assert listener.wait_discovery()["watched"]["payload_on"] == "yes"
    assert "configuration_url" not in listener.discoveries()[0]["dev"]  # it is for this computer
    with connected(run.port) as connection:
        connection.sendall(request("GET", "/api/events", {"Host": f"localhost:{run.port}"}))
        at = listener.wait("watched", "yes", after=at)
    listener.wait("watched", "no", after=at)


@plain_broker
def test_home_assistant_gets_the_address_of_a_page_for_others(broker, daemon, changing, password):
    port = free_port()
    web = ("--web", f"0.0.0.0:{port}", "--web-password-file", password)
    daemon("--source", changing, *web, *broker.options)
    listener = Listener(broker)
    listener.wait_discovery()
    assert listener.discoveries()[0]["dev"]["configuration_url"] == f"http://{LOCAL}:{port}/"
