"""start.py, which starts the app for Home Assistant, as a process."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PASSWORD, PREFIX, USER, Mosquitto, secured
from tests.edge.brokers.supervisor import NO_BROKER, TOKEN, Supervisor, offer
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.workbench.conftest import REPOSITORY

START = REPOSITORY / "edge/packaging/home_assistant/emotion_edge/start.py"
TINY = [f'model = "{INT8}"', 'faces = "off"']
PASSWORDS = ("source-password", "password", "web-password")
NOBODY_THERE = {"SUPERVISOR_API": "http://127.0.0.1:9", "SUPERVISOR_TOKEN": TOKEN}


@pytest.fixture
def app(tmp_path) -> Iterator["App"]:
    """The app's folder, with a red picture."""
    save(tmp_path / "photos/red.png", "red")
    app = App(tmp_path)
    yield app
    if app.process and app.process.poll() is None:
        app.process.kill()


@pytest.fixture
def broker(tmp_path) -> Iterator[Mosquitto]:
    """A broker with TLS and a password."""
    with secured(tmp_path) as broker:
        yield broker


class App:
    """Starts start.py with options, as Home Assistant does."""

    def __init__(self, folder: Path) -> None:
        """folder: for all files."""
        self.data, self.temporary = folder / "data", folder / "tmp"
        self.photos = str(folder / "photos")
        self.process: subprocess.Popen[str] | None = None
        for path in (self.data, self.temporary):
            path.mkdir()

    def start(self, options: object, environment: dict[str, str]) -> subprocess.Popen[str]:
        """Start it. options: the file's text, or its content beside the source."""
        text = options
        if not isinstance(options, str):
            text = json.dumps({"source": [self.photos], "settings": TINY, **options})
        (self.data / "options.json").write_text(text)
        clean = {name: os.environ[name] for name in os.environ if "SUPERVISOR" not in name}
        clean |= {"TMPDIR": str(self.temporary), **environment}
        words = [sys.executable, START, self.data]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(words, env=clean, text=True, **pipes)
        return self.process

    def run(self, options: object, environment: dict[str, str], code: int = 0) -> tuple[str, str]:
        """Run it to its end; return stdout and stderr."""
        process = self.start(options, environment)
        out, err = process.communicate(timeout=90)
        assert process.returncode == code, err
        assert "Traceback" not in err
        return out, err

    def written(self) -> dict[str, str]:
        """Return the files with settings and passwords; only their owner may read them."""
        (folder,) = self.temporary.glob("emotion-edge-*")
        files = sorted(folder.iterdir())
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        return {path.name: path.read_text() for path in files}

    def settings(self) -> dict[str, object]:
        """Return the settings, which the program accepts."""
        (path,) = self.temporary.glob("emotion-edge-*/settings.toml")
        assert edge("config", "--config", path).returncode == 0
        return tomllib.loads(path.read_text())


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


def test_options_become_settings_and_passwords_files(app):
    cameras = ["door=rtsp://me@camera/1", "desk=v4l2:/dev/video0"]
    options = {
        "source": cameras,
        "source_password": "the camera's ü",
        "mqtt_url": "mqtt://me@nowhere.invalid/hall/🙂",
        "mqtt_password": 'the "broker\'s"',
        "web_password": "of the page",
        "web_host": "hall.example",
        "settings": ["frames = 1"],
    }
    app.run(options, {}, code=2)  # the page shows one camera only
    written, settings = app.written(), app.settings()
    folder = next(app.temporary.iterdir())
    assert settings == {
        "source": cameras,
        "to": options["mqtt_url"],
        "frames": 1,
        "web": "0.0.0.0:8080",
        "web-host": "hall.example",
        **{f"{name}-file": str(folder / f"{name}-file") for name in PASSWORDS},
    }
    assert [written[f"{name}-file"] for name in PASSWORDS] == [
        options[name] for name in ("source_password", "mqtt_password", "web_password")
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("{", "options.json: not JSON"),
        ({"source": []}, "source: it is empty; write v4l2:/dev/video0"),
        ({"mqtt_password": "x"}, "mqtt_password: it needs mqtt_url"),
        ({"mqtt_url": "mqtt://h/p", "settings": ["fps = "]}, "settings: not TOML"),
        ({"mqtt_url": "mqtt://h/p", "settings": ['to = "-"']}, "settings: to follows from"),
        ({"mqtt_url": "mqtt://h/p", "settings": ["fsp = 2"]}, "the nearest known one is 'fps'"),
        ({}, "no SUPERVISOR_TOKEN"),
    ],
    ids=("not JSON", "no source", "password", "not TOML", "twice", "unknown", "no token"),
)
def test_a_wrong_option_is_one_line_that_names_it(app, options, error):
    out, err = app.run(options, {}, code=2)
    (line,) = err.splitlines()
    assert error in line and "error: " in line and not out


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ({"message": "No access to mqtt service!"}, 403, "refused: 403"),
        ([], 200, "does not answer as it should"),
        ({"data": None}, 200, "does not answer as it should"),
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
