"""start.py, which starts the app for Home Assistant, as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PASSWORD, PREFIX, USER, Mosquitto, secured
from tests.edge.brokers.supervisor import NO_BROKER, TOKEN, Supervisor, offer
from tests.edge.pictures import save
from tests.workbench.project.packaging.app import NOBODY_THERE, START, TINY


@pytest.fixture
def broker(tmp_path) -> Iterator[Mosquitto]:
    """A broker with TLS and a password."""
    with secured(tmp_path) as broker:
        yield broker


def test_a_label_gets_to_home_assistants_broker_and_no_secret_to_other_processes(app, broker):
    listener = Listener(broker)
    settings = [*TINY, f'ca-file = "{broker.certificates.ca}"', "every = 600"]
    save(Path(app.photos, "second.png"), "red")  # for which it waits
    service = offer(port=broker.port, ssl=True, username=USER, password=PASSWORD)
    with Supervisor(service) as supervisor:
        options = {"mqtt_prefix": PREFIX, "settings": settings, "history": True}
        process = app.start(options, supervisor.environment)
        listener.wait("state", "red")
        assert supervisor.requests == [("/services/mqtt", f"Bearer {TOKEN}")]
    for name in ("cmdline", "environ"):
        text = Path(f"/proc/{process.pid}/{name}").read_text()
        assert str(app.data.parent) in text and PASSWORD not in text and TOKEN not in text
    assert app.written()["password-file"] == PASSWORD
    process.terminate()
    process.communicate(timeout=90)
    assert process.returncode == 0
    listener.wait("availability", "offline")
    assert (app.data / "state/labels.db").stat().st_size > 0


def test_without_a_broker_labels_go_to_the_log_and_it_says_what_to_do(app):
    with Supervisor(NO_BROKER, status=400) as supervisor:
        out, err = app.run({}, supervisor.environment)
    assert json.loads(out)["label"] == "red"
    assert "Service not enabled" in err and "install the app Mosquitto broker" in err


def test_a_broker_that_is_given_is_taken_without_asking(app, broker):
    listener = Listener(broker)
    settings = [*TINY, f'ca-file = "{broker.certificates.ca}"']
    options = {"mqtt_url": broker.url, "mqtt_password": PASSWORD, "settings": settings}
    app.run(options, NOBODY_THERE)
    listener.wait("state", "red")


@pytest.mark.parametrize(
    ("service", "prefix", "url"),
    [
        ({"host": "::1", "port": 1}, "hall/a@b", "mqtt://[::1]:1/hall/a%40b"),
        ({"port": 1, "ssl": True, "username": "a@b"}, "ü?", "mqtts://a%40b@localhost:1/%C3%BC%3F"),
        ({"port": 1, "username": None, "password": "x"}, "p", "mqtt://localhost:1/p"),
    ],
)
def test_the_supervisors_broker_becomes_an_address(app, service, prefix, url):
    # The program would wait for such a broker, so a model that is not there ends it.
    options = {"mqtt_prefix": prefix, "settings": ['model = "/none.tflite"']}
    with Supervisor(offer(**service)) as supervisor:
        _, err = app.run(options, supervisor.environment, code=2)
    assert "none.tflite" in err.splitlines()[-1]
    assert app.settings()["to"] == url
    assert "password-file" not in app.written()


def test_webcams_of_root_do_not_make_the_program_a_member_of_its_group(tmp_path, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root may give files to groups")
    monkeypatch.syspath_prepend(str(START.parent))
    from start import webcam_groups

    for name, group in (("video0", 0), ("video1", 44), ("video2", 44), ("null", 7)):
        (tmp_path / name).touch()
        os.chown(tmp_path / name, -1, group)
    assert webcam_groups(tmp_path) == [44]


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ({"message": "No access to mqtt service!"}, 403, "refused: 403"),
        ([], 200, "does not answer as it should"),
        ({"data": None}, 200, "does not answer as it should"),
        (offer(port=1, username=5), 200, "the broker's username is not text"),
        (offer(port=1, host=None), 200, "the broker's host is not text"),
        (offer(port=1, username="a", password="\ud800"), 200, "the broker's password is not text"),
    ],
)
def test_a_supervisor_that_does_not_help_is_an_error(app, answer, status, error):
    with Supervisor(answer, status) as supervisor:
        _, err = app.run({}, supervisor.environment, code=2)
    (line,) = err.splitlines()
    assert error in line and TOKEN not in line


def test_a_supervisor_that_is_not_there_is_an_error(app):
    _, err = app.run({}, NOBODY_THERE, code=2)
    assert "the supervisor does not answer as it should: [Errno 111] Connection refused" in err


def test_without_its_folder_it_says_how_it_is_called():
    result = subprocess.run([sys.executable, START], capture_output=True, text=True, check=False)
    assert result.returncode == 2 and "start.py DATA [USER]" in result.stderr
