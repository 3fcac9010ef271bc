"""The password: what is read, what is refused, and what is warned of."""

import os
import time

import pytest

from emotion_edge.errors import UserError
from emotion_edge.output.mqtt.address import parse_address
from emotion_edge.output.mqtt.password import password_dangers, read_password
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.mosquitto import PASSWORD, USER, tls_broker
from tests.edge.pictures import save

SECRET = "hunter2"  # must never be printed


@pytest.fixture(autouse=True)
def no_password_around(monkeypatch):
    """Without a password from elsewhere."""
    monkeypatch.delenv("EMOTION_EDGE_PASSWORD", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture(params=["file", "credential", "variable"])
def give(request, tmp_path, monkeypatch):
    """A function that gives a password in one of the three ways, and returns --password-file."""

    def give(content: bytes):
        if request.param == "variable":
            if b"\0" in content:
                pytest.skip("the environment cannot have it")
            monkeypatch.setenv("EMOTION_EDGE_PASSWORD", os.fsdecode(content))
            return None
        path = tmp_path / "emotion-edge.password"
        path.write_bytes(content)
        if request.param == "credential":
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
            return None
        return path

    return give


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"secret", "secret"),
        (b"secret\n", "secret"),
        (b"secret\r\n", "secret"),
        (b"secret\n\n", "secret"),
        (b"\xef\xbb\xbfsecret\r\n", "secret"),
        (b" a\tb ", " a\tb "),
        ("пароль 🙂".encode(), "пароль 🙂"),
        (b"a" * 65_535 + b"\r\n", "a" * 65_535),
    ],
    ids=range(8),
)
def test_a_password_is_one_line_whatever_ends_it(give, content, password):
    assert read_password(give(content)) == password


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"user\nsecret", "it is not one line"),
        (b"\nsecret", "it is not one line"),
        (b"sec\rret", "it is not one line"),
        (b"sec\0ret", "it is not one line"),
        ("secret".encode("utf-16-le"), "it is not one line"),
        ("secret".encode("utf-16"), "not UTF-8"),
        (b"secret\xff", "not UTF-8"),
        (b"a" * 65_536, "more than the 65,535 bytes"),
    ],
    ids=range(10),
)
def test_what_cannot_be_a_password_is_refused_and_never_shown(give, content, reason):
    with pytest.raises(UserError, match=reason) as raised:
        read_password(give(content))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "huge", "nothing", "forbidden"])
@pytest.mark.parametrize("option", ["password-file", "ca-file", "client-cert", "client-key"])
def test_a_file_that_is_none_ends_run_at_once(tmp_path, option, kind):
    path = tmp_path / "it"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(3 << 30)
    elif kind == "forbidden":
        path.symlink_to("it")  # a loop, which root cannot read either
    save(tmp_path / "red.png", "red")
    start = time.monotonic()
    result = edge(
        *("run", "--model", INT8, "--source", tmp_path / "red.png"),
        *("--to", "mqtts://u@127.0.0.1:1/x", f"--{option}", path),
    )
    assert time.monotonic() - start < 15
    assert (result.returncode, result.stdout) == (2, "")
    assert f"--{option} {path}: cannot read it: " in result.stderr


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


def test_run_warns_once_for_each_broker_and_doctor_has_a_finding(tmp_path):
    password = tmp_path / "password"
    password.write_text(SECRET)
    save(tmp_path / "red.png", "red")
    options = ("--to", "mqtt://u@nowhere.invalid/x", "--password-file", password)
    run = edge("run", "--model", INT8, "--source", tmp_path / "red.png", *options)
    warning = "mqtt://nowhere.invalid:1883: the password goes there unencrypted; use mqtts://"
    assert run.stderr.count(warning) == 1
    doctor = edge("doctor", "--model", INT8, *options).stdout
    warning = "warn  password: mqtt://nowhere.invalid:1883: the password goes there unencrypted -> "
    assert doctor.count(warning) == 1
    assert f"warn  password: --password-file {password}: others than" in doctor
    assert SECRET not in run.stdout + run.stderr + doctor


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


@tls_broker
def test_the_log_never_shows_a_password_however_verbose(broker, daemon, changing, tmp_path):
    password = tmp_path / "password"
    password.write_bytes(b"\xef\xbb\xbf" + PASSWORD.encode() + b"\r\n")
    run = daemon(
        *("--source", changing, "--verbose", *broker.options, "--password-file", password),
    )
    run.wait_stderr(": connected")
    broker.kill()
    run.wait_stderr("trying again")
    assert run.end()[0] == 0
    assert PASSWORD not in run.stderr
    assert USER not in run.stderr.replace("test/hall", "")


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o644, True)]
)
def test_doctor_finds_a_password_and_a_key_that_others_can_read(tmp_path, mode, warned):
    from emotion_edge.commands.doctor.mqtt_checks import password
    from emotion_edge.output.mqtt.login import MqttSettings

    path = tmp_path / "secret"
    path.write_text(SECRET)
    path.chmod(mode)
    for option in ("password_file", "client_key", "client_cert"):
        settings = MqttSettings(**{option: path})
        findings = list(password([parse_address("mqtts://u@broker/x")], settings))
        assert [finding.status for finding in findings] == ["warn"] * warned
        assert all(f"chmod 600 {path}" in finding.remedy for finding in findings)
