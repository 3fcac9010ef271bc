"""The password: what is read, what is refused, and what is warned of."""

import os
import time

import pytest

from emotion_edge.errors import UserError
from emotion_edge.output.mqtt.password import read_password
from tests.edge.brokers.mosquitto import PASSWORD, USER, tls_broker
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.pictures import save

pytestmark = pytest.mark.usefixtures("no_password_around")


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
