"""Fixtures for all tests of the edge. Nothing below tests/edge imports the workbench."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edge.brokers.certificates import Certificates
from tests.edge.brokers.mosquitto import Mosquitto
from tests.edge.daemon import Daemon
from tests.edge.pictures import COLOURS, save
from tests.edge.recordings import write_changing_colours


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a picture of each colour."""
    for i, colour in enumerate(COLOURS):
        save(tmp_path / "photos" / f"{i}-{colour}.png", colour)
    return tmp_path / "photos"


@pytest.fixture
def write_settings(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes a settings file and returns its path."""

    def write(text: str) -> Path:
        path = tmp_path / "edge.toml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def changing(tmp_path: Path) -> str:
    """A source whose colour changes each second."""
    return f"replay:{write_changing_colours(tmp_path / 'recording')}"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates, made once."""
    return Certificates(tmp_path_factory.mktemp("certificates")).make()


@pytest.fixture(params=["plain", "tls"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mosquitto]:
    """A running broker: first one without security, then one with TLS and a password."""
    tls = request.param == "tls"
    certificates = request.getfixturevalue("certificates") if tls else None
    mosquitto = Mosquitto(tmp_path / "broker", certificates).start()
    yield mosquitto
    mosquitto.kill()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """A function that starts a daemon, which is killed after the test."""
    daemons: list[Daemon] = []

    def start(*options: object, **more: object) -> Daemon:
        daemons.append(Daemon(tmp_path / f"daemon{len(daemons)}", *options, **more))
        return daemons[-1]

    yield start
    for each in daemons:
        each.kill()
