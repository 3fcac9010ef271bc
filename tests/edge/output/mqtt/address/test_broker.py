"""Addresses of brokers in --to: what is taken, and what is refused before anything is sent."""

import random
import socket

import pytest

from emotion_edge.output.mqtt.address.broker import AddressError, Broker, parse_address
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.brokers.refusals import SECRET, refusal
from tests.edge.command_line import edge
from tests.edge.models import INT8


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt:///hall", "no host"),
        ("http://broker/hall", "write mqtt:// instead of http://"),
        ("mqtt://broker:70000/hall", "the port is not from 1 to 65535"),
        ("mqtt://broker:0/hall", "the port is not from 1 to 65535"),
        ("mqtt://broker/a/#", "not mqtt[s]://"),
        ("mqtt://broker/a/+/b", "prefix"),
        ("mqtt://broker/$SYS", "prefix"),
    ],
)
def test_a_malformed_address_is_refused(tmp_path, url, expected):
    result = edge("run", "--model", INT8, "--source", tmp_path, "--to", url)
    assert result.returncode == 2
    assert expected in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        f"mqtt://u:{SECRET}@h/x",
        f"mqtts://:{SECRET}@h/x",
        f"mqtt://u:12/{SECRET}@h/x",
        f"mqtt://u:/{SECRET}@h",
        f"mqtt://u:{SECRET}/@h",
        f"mqtt://u:a@b{SECRET}/c@h/x",
        "mqtt://u:@h",
        "mqtt://u:%68unter2@h",
        f"mqtts://u:x://{SECRET}@h",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_taken_for_a_prefix(text):
    assert "use --password-file" in refusal(text)


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("mqtt://[::1]/x", "::1", 1883, "mqtt://[::1]:1883"),
        ("mqtts://u@[FD00:0::1]:99/x", "fd00::1", 99, "mqtts://[fd00::1]:99"),
        ("mqtt://[fe80::1%25eth0]/x", "fe80::1%eth0", 1883, "mqtt://[fe80::1%eth0]:1883"),
        ("mqtt://[fe80::1%eth0]/x", "fe80::1%eth0", 1883, "mqtt://[fe80::1%eth0]:1883"),
        ("mqtt://192.0.2.1:65535", "192.0.2.1", 65535, "mqtt://192.0.2.1:65535"),
        ("mqtt://Broker.Example./x", "broker.example.", 1883, "mqtt://broker.example.:1883"),
        ("mqtt://my_broker/x", "my_broker", 1883, "mqtt://my_broker:1883"),
        ("mqtt://bücher.de", "xn--bcher-kva.de", 1883, "mqtt://xn--bcher-kva.de:1883"),
        ("mqtt://BÜCHER.de", "xn--bcher-kva.de", 1883, "mqtt://xn--bcher-kva.de:1883"),
    ],
)
def test_hosts_and_ports(text, host, port, shown):
    broker = parse_address(text)
    assert (broker.host, broker.port, str(broker)) == (host, port, shown)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("::1", "needs brackets, such as mqtts://[fd00::1]:8883"),
        ("fe80::1:1883", "needs brackets"),
        ("[::1", "needs brackets"),
        ("[::1]1883", "needs brackets"),
        ("[]", "no IPv6 address in its brackets"),
        ("[broker]", "no IPv6 address in its brackets"),
        ("[192.0.2.1]", "no IPv6 address in its brackets"),
        ("[fe80::1%\x1b[31m]", ""),
        ("h:", "the port is not"),
        ("h:-1", "the port is not"),
        ("h:0x10", "the port is not"),
        ("h:1_0", "the port is not"),
        ("h:٣", "the port is not"),
        ("h:65536", "the port is not"),
        (f"u:{SECRET}", "the port is not"),
        ("", "no host"),
        (":1883", "no host"),
        ("@h", "no user before @"),
        ("a b", "no host"),
        ("a\tb", "no host"),
        ("a\n", "no host"),
        ("a..b", "no host"),
        (".", "no host"),
        ("a" * 64, "no host"),
        ("a." * 127, "no host"),
        ("a%20b", "no host"),
        ("a\\b", "no host"),
        ("h?x", "? or #"),
    ],
)
def test_hosts_and_ports_that_cannot_be_are_refused(place, expected):
    assert expected in refusal(f"mqtt://{place}/x")


def test_user_and_prefix_are_percent_decoded_and_checked_afterwards():
    broker = parse_address("mqtt://vhost%3Aj%C3%BCrgen%40home@h/%D0%B4%D0%BE%D0%BC/50%/%3f/")
    assert (broker.user, broker.prefix) == ("vhost:jürgen@home", "дом/50%/?")
    assert parse_address("mqtt://h").prefix == f"emotion-edge/{socket.gethostname()}"
    assert parse_address("mqtt://h/").prefix == f"emotion-edge/{socket.gethostname()}"
    for text in (
        "mqtt://h/%2B",
        "mqtt://h/a%2F%2Fb",
        "mqtt://h/%24x",
        "mqtt://h/%00",
        "mqtt://h//a",
    ):
        assert "the prefix " in refusal(text)
    for text in ("mqtt://%00@h", "mqtt://a%0Ab@h", "mqtt://%C2%85@h", "mqtt://\udcff@h"):
        assert "the user " in refusal(text)
    assert "the user is not UTF-8" in refusal("mqtt://%ff@h")
    assert "the prefix is not UTF-8" in refusal("mqtt://h/%ED%A0%80")


def test_no_text_at_all_ends_in_another_error_or_shows_a_password():
    parts = ["mqtt://", "ssl://", "://", "/", "@", ":", SECRET, "h", "[", "]", "::1", "%", "%25"]
    parts += ["%ff", "#", "?", " ", "é", "客", "\ud800", "\uffff", "1883", "xn--", "。", "a" * 70]
    choose = random.Random(0)
    taken = 0
    for _ in range(20_000):
        text = "mqtt://" * choose.randint(0, 1) + "".join(choose.choices(parts, k=5))
        try:
            taken += isinstance(parse_address(text), Broker)
        except AddressError as error:
            assert SECRET not in str(error), text
    assert taken > 50


@plain_broker
def test_one_broker_written_in_two_ways_is_one(broker, daemon, changing):
    again = f"MQTT://LOCALHOST:{broker.port}/test%2Fhall/"
    run = daemon("--source", changing, "--to", broker.url, "--to", again, "--to", "-")
    run.wait_lines(3)
    assert run.stderr.count(": connected") == 1


def test_a_broker_is_reached_over_ipv6(daemon, changing):
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        server.settimeout(30)
        port = server.getsockname()[1]
        run = daemon("--source", changing, "--to", f"mqtt://[::1]:{port}/x")
        server.accept()[0].close()
        run.wait_stderr(f"mqtt://[::1]:{port}: ")
