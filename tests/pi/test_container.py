"""The container and the app for Home Assistant, built step by step in root folders.

tests/pi/run made a plain Debian 13. The programs then run as a container engine starts them: as the
image's user, without capabilities, and with a root folder that cannot be written.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import PASSWORD, PREFIX, USER, Mosquitto, free_port, secured
from tests.edge.brokers.supervisor import TOKEN, Supervisor, offer
from tests.edge.waiting import until
from tests.pi.containerfile import Stage, build

PACKAGING = Path(__file__).parents[2] / "edge" / "packaging"
APP = PACKAGING / "home_assistant" / "emotion_edge"
UID = 10001
PRINT = "import os; print(os.getuid(), os.getgid(), os.getgroups())"


@pytest.fixture(scope="module")
def stages(tmp_path_factory) -> dict[str, Stage]:
    """The stages of the app's Dockerfile, which begins with those of the container."""
    base = Path(os.environ["PI_ROOT"]).resolve()
    context = tmp_path_factory.mktemp("context")
    for path in (*base.parent.glob("*.whl"), *APP.glob("*.py")):
        shutil.copy(path, context)
    text = "".join((PACKAGING / f"Containerfile{end}").read_text() for end in ("", ".app"))
    stages = build(text, base, context, base.parent)
    for name in ("program", "app"):
        (stages[name].root / "photos").mkdir()
        for picture in ("astronaut", "coffee"):
            pixels = getattr(data, picture)()
            Image.fromarray(pixels).save(stages[name].root / f"photos/{picture}.jpg")
    return stages


@pytest.fixture(scope="module")
def program(stages) -> Stage:
    """The container."""
    return stages["program"]


@pytest.fixture
def broker(tmp_path) -> Iterator[Mosquitto]:
    """A broker with TLS and a password."""
    with secured(tmp_path) as broker:
        yield broker


def ran(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, which must be a success."""
    result = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def failed(words: list[str]) -> str:
    """Run a command to its end, which must be a failure; return its stderr."""
    result = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode != 0
    return result.stderr


def give(root: Path, name: str, content: bytes) -> str:
    """Write a file that only the container's user may read, and return its path inside."""
    path = root / "opt" / name
    path.write_bytes(content)
    path.chmod(0o400)
    os.chown(path, UID, UID)
    return f"/opt/{name}"


def test_a_photograph_gets_a_label_in_a_root_folder_that_cannot_be_written(program):
    for folder in ("/tmp", "/var/lib/emotion-edge"):
        assert "Read-only file system" in failed(program.execute("touch", f"{folder}/x"))
    result = ran(program.start("run", "--source", "/photos"))
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["face"], line["label"]) for line in lines] == [(1, "happy"), (None, "no_face")]


def test_its_user_has_no_rights_but_may_open_webcams(program):
    groups = (program.root / "etc/group").read_text().splitlines()
    video = next(int(line.split(":")[2]) for line in groups if line.startswith("video:"))
    assert ran(program.execute("python", "-c", PRINT)).stdout == f"{UID} {UID} [{video}, {UID}]\n"
    assert "CapEff:\t0000000000000000" in ran(program.execute("cat", "/proc/self/status")).stdout


def test_it_has_what_cameras_and_outputs_need_and_neither_tensorflow_nor_pip(program):
    modules = "import ai_edge_litert, av, linuxpy, paho.mqtt, prometheus_client, tornado"
    ran(program.execute("python", "-c", modules))
    for absent in ("tensorflow", "pip"):
        error = failed(program.execute("python", "-c", f"import {absent}"))
        assert f"No module named '{absent}'" in error
    packages = next((program.root / "opt/emotion-edge/lib").glob("python3.*/site-packages"))
    assert list(packages.glob("emotion_edge/__pycache__/*.pyc"))
    assert (
        program.labels["org.opencontainers.image.version"] in ran(program.start("--version")).stdout
    )


def test_a_broker_gets_the_label_by_a_password_from_a_file(program, broker):
    listener = Listener(broker)
    password = give(program.root, "password.txt", PASSWORD.encode())
    authority = give(program.root, "ca.pem", broker.certificates.ca.read_bytes())
    options = ("--to", broker.url, "--password-file", password, "--ca-file", authority)
    ran(program.start("run", "--source", "/photos", *options))
    listener.wait("availability", "offline", after=listener.wait("state", "happy"))


def test_the_page_answers_the_health_check_of_the_documentation(program):
    page = (PACKAGING.parents[1] / "docs/container.md").read_text()
    port = free_port()
    check = re.search(r'^--health-cmd "(.+)"$', page, re.M)[1].replace('\\"', '"')
    check = program.execute("sh", "-c", check.replace(":8080/", f":{port}/"))
    password = give(program.root, "page.txt", b"of the page")
    web = ("--web", f"0.0.0.0:{port}", "--web-password-file", password)
    words = program.start("run", "--source", "/photos", "--every", "600", *web)
    assert "Connection refused" in failed(check)
    with running(words):
        until(lambda: subprocess.run(check, check=False).returncode == 0, "a healthy page")


def test_the_app_gives_up_root_and_publishes_on_home_assistants_broker(stages, broker):
    app, listener = stages["app"], Listener(broker)
    give(app.root, "ca.pem", broker.certificates.ca.read_bytes())
    folder = app.root / "data"
    folder.mkdir()
    options = {
        "source": ["/photos"],
        "mqtt_prefix": PREFIX,
        "history": True,
        "settings": ['ca-file = "/opt/ca.pem"', "every = 600"],
    }
    (folder / "options.json").write_text(json.dumps(options))
    (folder / "options.json").chmod(0o600)
    mounts = 'mount --bind "$0/data" "$0/data"; mount -t tmpfs tmpfs "$0/tmp"'
    service = offer(port=broker.port, ssl=True, username=USER, password=PASSWORD)
    with (
        Supervisor(service) as supervisor,
        running(app.start(mounts=mounts, **supervisor.environment)) as daemon,
    ):
        listener.wait("state", "happy")
        assert supervisor.requests == [("/services/mqtt", f"Bearer {TOKEN}")]
        assert Path(f"/proc/{daemon}").stat().st_uid == (folder / "state").stat().st_uid == UID
        for name in ("cmdline", "environ"):
            text = Path(f"/proc/{daemon}/{name}").read_bytes()
            assert b"emotion-edge" in text
            assert PASSWORD.encode() not in text and TOKEN.encode() not in text
    listener.wait("availability", "offline")
    assert (folder / "state/labels.db").stat().st_uid == UID


@contextmanager
def running(words: list[str]) -> Iterator[int]:
    """Start the daemon, and end it by SIGTERM, which must be a success. Yield its number."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        daemon = child_of(process.pid)
        try:
            yield daemon
        finally:
            # Ending unshare would not end it: a process that changes its user outlives its parent.
            os.kill(daemon, signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def child_of(number: int) -> int:
    """Return the number of a process's only child."""
    children = Path(f"/proc/{number}/task/{number}/children")
    (child,) = str(until(children.read_text, "a child")).split()
    return int(child)
