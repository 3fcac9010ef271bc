"""What endangers a password, and a password for nobody."""

import pytest

from emotion_edge.commands.doctor.mqtt_checks import password
from emotion_edge.output.mqtt.address.broker import parse_address
from emotion_edge.output.mqtt.login import MqttSettings
from emotion_edge.output.mqtt.password import password_dangers
from tests.edge.brokers.refusals import SECRET
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.pictures import save

pytestmark = pytest.mark.usefixtures("no_password_around")


def dangers(*addresses: str) -> list[str]:
    """Return what is warned of, if the environment has a password."""
    brokers = [parse_address(address) for address in addresses]
    return [found for found, _ in password_dangers(brokers, None)]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.9.8.7", "[::1]", "[0:0::1]"]
)
def test_a_password_that_stays_on_this_computer_needs_no_tls(monkeypatch, host):
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", SECRET)
    assert dangers(f"mqtt://u@{host}/x") == []


@pytest.mark.parametrize(
    "host", ["broker", "192.0.2.1", "[fd00::1]", "localhost.example", "128.0.0.1", "127.0.0.1.nip"]
)
def test_a_password_that_leaves_this_computer_in_the_clear_is_warned_of(monkeypatch, host):
    monkeypatch.setenv("EMOTION_EDGE_PASSWORD", SECRET)
    address = f"mqtt://u@{host}/x"
    assert dangers(address) == [f"mqtt://{host}:1883: the password goes there unencrypted"]
    assert len(dangers(address, f"mqtts://u@{host}/x", "mqtt://u@other/y", "mqtt://z")) == 2
    assert dangers(f"mqtts://u@{host}/x") == []
    monkeypatch.delenv("EMOTION_EDGE_PASSWORD")
    assert dangers(address) == []  # a user alone is no secret


def test_run_and_forget_warn_once_for_each_broker_and_doctor_has_a_finding(tmp_path):
    password = tmp_path / "password"
    password.write_text(SECRET)
    save(tmp_path / "red.png", "red")
    options = ("--to", "mqtt://u@nowhere.invalid/x", "--password-file", password)
    run = edge("run", "--model", INT8, "--source", tmp_path / "red.png", *options)
    forget = edge("forget", *options)
    warning = "mqtt://nowhere.invalid:1883: the password goes there unencrypted; use mqtts://"
    assert run.stderr.count(warning) == forget.stderr.count(warning) == 1
    doctor = edge("doctor", "--model", INT8, *options).stdout
    warning = "warn  password: mqtt://nowhere.invalid:1883: the password goes there unencrypted -> "
    assert doctor.count(warning) == 1
    assert f"warn  password: --password-file {password}: others than" in doctor
    assert SECRET not in run.stdout + run.stderr + forget.stderr + doctor


@pytest.mark.parametrize("command", ["run", "doctor", "forget"])
@pytest.mark.parametrize("to", [(), ("--to", "-"), ("--to", "mqtt://localhost/x")])
def test_a_password_file_for_nobody_is_an_error(tmp_path, write_settings, command, to):
    password = tmp_path / "password"
    password.write_text(SECRET)
    result = edge(command, "--model", INT8, *to, "--password-file", password, "--source", "x")
    assert (result.returncode, result.stdout) == (2, "")
    assert "no address in --to has a user; write mqtts://USER@host" in result.stderr
    lines = [f'password-file = "{password}"', f'to = ["{to[-1]}"]' if to else ""]
    result = edge(command, "--model", INT8, "--config", write_settings("\n".join(lines)))
    assert result.returncode == 2


def test_a_password_file_in_the_settings_is_no_error_where_to_is_given_anew(
    tmp_path, write_settings
):
    save(tmp_path / "red.png", "red")
    settings = write_settings('password-file = "password"\nto = ["mqtts://u@broker/x"]')
    result = edge(
        *("run", "--model", INT8, "--source", tmp_path / "red.png"),
        *("--config", settings, "--to", "-"),
    )
    assert result.returncode == 0
    assert result.stdout
    assert "no address in --to has a user" in result.stderr


@pytest.mark.parametrize("way", ["variable", "credential"])
def test_a_password_from_outside_for_nobody_is_warned_of(tmp_path, monkeypatch, way):
    (tmp_path / "emotion-edge.password").write_text(SECRET)
    name, value = {
        "variable": ("EMOTION_EDGE_PASSWORD", SECRET),
        "credential": ("CREDENTIALS_DIRECTORY", str(tmp_path)),
    }[way]
    monkeypatch.setenv(name, value)
    (found,) = dangers("mqtt://localhost/x", "mqtts://broker/x")
    assert "no address in --to has a user" in found
    assert SECRET not in found
    assert dangers() == []
    assert dangers("mqtt://localhost/x", "mqtts://u@broker/x") == []


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o644, True)]
)
def test_doctor_finds_a_password_and_a_key_that_others_can_read(tmp_path, mode, warned):
    path = tmp_path / "secret"
    path.write_text(SECRET)
    path.chmod(mode)
    for option in ("password_file", "client_key", "client_cert"):
        settings = MqttSettings(**{option: path})
        findings = list(password([parse_address("mqtts://u@broker/x")], settings))
        assert [finding.status for finding in findings] == ["warn"] * warned
        assert all(f"chmod 600 {path}" in finding.remedy for finding in findings)
