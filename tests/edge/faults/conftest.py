"""What goes wrong around the daemon, with real parts (`tests.edge.faults.parts`)."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edge.faults.parts import Certificates, Daemon, Mosquitto, steady


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates, made once."""
    return Certificates(tmp_path_factory.mktemp("certificates")).make()


@pytest.fixture(params=["plain", "tls"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that runs: one without any security, then one with TLS and a password."""
    if not shutil.which("mosquitto"):
        pytest.skip("mosquitto is not installed")
    tls = request.param == "tls"
    certificates = request.getfixturevalue("certificates") if tls else None
    mosquitto = Mosquitto(tmp_path / "broker", certificates).start()
    yield mosquitto
    mosquitto.kill()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Start daemons that do not outlive the test."""
    daemons: list[Daemon] = []

    def start(*options: object, **more: object) -> Daemon:
        daemons.append(Daemon(tmp_path / f"daemon{len(daemons)}", *options, **more))
        return daemons[-1]

    yield start
    for each in daemons:
        each.kill()


@pytest.fixture
def changing(tmp_path: Path) -> str:
    """Return a source that changes its colour each second."""
    return f"replay:{steady(tmp_path / 'recording')}"
