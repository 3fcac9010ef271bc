"""Doctor checks the broker: address, password, certificates and permissions."""

import signal
import time

import pytest

from emotion_edge.commands.doctor.mqtt_checks import broker as check_broker
from tests.edge.brokers.mosquitto import PASSWORD, PREFIX, USER, Mosquitto, free_port
from tests.edge.command_line import edge
from tests.edge.commands.doctor.helpers import DOCTOR_TOPIC, parse_settings, run_doctor


def test_an_address_without_a_broker_is_reported():
    port = free_port()
    found = run_doctor("--to", f"mqtt://localhost:{port}/{PREFIX}", code=1)["broker"]
    assert f"mqtt://localhost:{port}: nothing listens there" in found["found"]
    assert check("--to", "mqtt://nowhere.invalid/x")[1].endswith("no computer has that name")


def check(*options: object) -> tuple[str, str, str]:
    """Return status, finding and remedy for the broker in the options."""
    output = parse_settings(*options).output
    (finding,) = check_broker(output.brokers[0], output.mqtt)
    return finding[1:]


@pytest.fixture
def secured(certificates, tmp_path, monkeypatch):
    """A broker with TLS and a password that is not started yet."""
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", PASSWORD)
    mosquitto = Mosquitto(tmp_path / "broker", certificates)
    yield mosquitto
    mosquitto.kill()


def test_a_wrong_password_is_reported_and_never_shown(secured, monkeypatch):
    secured.start()
    assert check(*secured.options)[0] == "ok"
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", "wrong horse")
    result = edge("doctor", *secured.options)
    assert result.returncode == 1
    assert f"mqtts://localhost:{secured.port}: refused: Not authorized" in result.stdout
    assert f"check '{USER}' and the password" in result.stdout
    assert "horse" not in result.stdout + result.stderr
    anonymous = [str(option).replace(f"{USER}@", "") for option in secured.options]
    assert "give the user" in check(*anonymous)[2]


@pytest.mark.parametrize(
    ("certificate", "expected", "remedy"),
    [("expired", "expired", "renew"), ("other", "ostname mismatch", "the name that is in the")],
)
def test_a_bad_certificate_is_reported(certificate, expected, remedy, secured):
    secured.configure(certificate)
    secured.start()
    status, found, advice = check(*secured.options)
    assert status == "fail"
    assert expected in found
    assert remedy in advice


def test_an_unknown_authority_and_the_wrong_kind_of_port_are_reported(secured, tmp_path):
    secured.start()
    status, found, remedy = check("--to", secured.url)
    assert (status, "--ca-file" in remedy) == ("fail", True)
    assert "its certificate is refused" in found
    plain = secured.url.replace("mqtts", "mqtt")
    status, found, remedy = check("--to", plain)
    assert (status, "mqtts://" in remedy) == ("fail", True)
    assert "it closes the connection" in found
    other = Mosquitto(tmp_path / "other").start()
    try:
        status, found, remedy = check("--to", other.url.replace("mqtt:", "mqtts:"))
    finally:
        other.kill()
    assert (status, "is that port for TLS" in remedy) == ("fail", True)


def test_a_broker_that_hangs_is_reported_in_time(broker, monkeypatch):
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", PASSWORD)
    broker.send(signal.SIGSTOP)
    start = time.monotonic()
    status, found, _ = check(*broker.options)
    assert status == "fail"
    assert "answer" in found
    assert time.monotonic() - start < 12


@pytest.mark.parametrize(
    ("allowed", "missing", "remedy"),
    [
        (
            f"read {PREFIX}/#",
            f"{DOCTOR_TOPIC} and {PREFIX}/doctor",
            f"homeassistant/# and {PREFIX}/#",
        ),
        (f"readwrite {PREFIX}/#", DOCTOR_TOPIC, "homeassistant/#"),
        ("readwrite homeassistant/#", f"{PREFIX}/doctor", f"{PREFIX}/#"),
    ],
)
def test_a_user_without_permission_to_publish_is_reported(secured, allowed, missing, remedy):
    acl = secured.folder / "acl"
    acl.write_text(f"user {USER}\ntopic {allowed}\n")
    secured.configure("good", more=f"acl_file {acl}")
    secured.start()
    assert check(*secured.options) == (
        "warn",
        f"mqtts://localhost:{secured.port}: connected, but no message came back on {missing}",
        f"let the user read and write {remedy}",
    )
