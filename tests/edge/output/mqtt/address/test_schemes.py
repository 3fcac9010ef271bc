"""Schemes in --to: two are taken; to all others nothing is sent."""

import pytest

from tests.edge.brokers.mosquitto import PASSWORD, USER, plain_broker
from tests.edge.brokers.recorder import Recorder
from tests.edge.brokers.refusals import SECRET, refusal
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.edge.waiting import until


@pytest.mark.parametrize(
    ("schemes", "remedy"),
    [
        ("ssl tls mqtt+ssl mqtt+tls https secure-mqtt", "write mqtts:// instead of {}://"),
        ("tcp mqtt+tcp http", "write mqtt:// instead of {}://"),
        ("ws wss mqtt+wss", "websockets are not supported: write mqtts:// instead of {}://"),
        ("mqtss mqttts mqtts2 qmtts mqtt-ssl ssll", "write mqtts://"),
        ("mqqt mgtt mqt mqtt5 mqtttt", "write mqtt://"),
        ("ftp amqp file x", "begin with mqtts:// for TLS, or with mqtt://"),
    ],
)
@pytest.mark.parametrize("rest", ["u@h:8883/x", "h", "u:hunter2@h:8883/x", "u@[::1]:1/x", ""])
def test_every_other_scheme_is_refused_with_what_to_write(schemes, remedy, rest):
    for scheme in schemes.split():
        for spelling in (scheme, scheme.upper()):
            assert remedy.format(scheme) in refusal(f"{spelling}://{rest}")


@pytest.mark.parametrize(
    "text",
    ["broker", "broker:1883", "u@broker/x", "mqtt:broker", "mqtt:/b/x", "//b/x", ""],
)
def test_an_address_without_a_scheme_is_refused_with_what_to_write(text):
    assert "begin with mqtts://" in refusal(text)


@pytest.mark.parametrize("command", ["run", "doctor", "forget", "config"])
@pytest.mark.parametrize("scheme", ["ssl", "mqtss"])
def test_nothing_is_sent_to_an_address_with_another_scheme(
    command, scheme, tmp_path, write_settings
):
    save(tmp_path / "red.png", "red")
    password = tmp_path / "password"
    password.write_text(SECRET)
    with Recorder() as recorder:
        address = f"{scheme}://{USER}@localhost:{recorder.port}/x"
        settings = write_settings(f'to = ["-", "{address}"]')
        for options in (("--to", address), ("--config", settings)):
            result = edge(
                *(command, "--model", INT8, "--source", tmp_path / "red.png", *options),
                *("--password-file", password),
            )
            assert (result.returncode, result.stdout) == (2, "")
            assert "write mqtts://" in result.stderr
            if options[0] == "--config":
                assert f"{settings}: to = " in result.stderr
        assert (recorder.connections, recorder.heard) == (0, b"")


def test_what_is_sent_to_an_address_without_tls_can_be_read(daemon, changing):
    """This shows that the test above would see it."""
    with Recorder() as recorder:
        daemon("--source", changing, "--to", f"MQTT://{USER}@localhost:{recorder.port}/x")
        until(lambda: PASSWORD.encode() in recorder.heard, "the password")
        assert USER.encode() in recorder.heard


@plain_broker
def test_a_scheme_may_be_in_capitals(broker, daemon, changing):
    run = daemon("--source", changing, "--to", broker.url.replace("mqtt://", "MQTT://"))
    run.wait_stderr(f"mqtt://localhost:{broker.port}: connected")
