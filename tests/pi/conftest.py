"""Fixtures of the tests in a root folder that tests/pi/run made."""

import os
from pathlib import Path

import pytest

from tests.edge.brokers.mosquitto import Mosquitto
from tests.pi.emulated import SYSTEMS


@pytest.fixture(scope="module")
def root() -> Path:
    """The root folder that tests/pi/run made."""
    return Path(os.environ["PI_ROOT"])


@pytest.fixture(scope="module")
def system() -> tuple[str, str, list[str]]:
    """Return the beginnings of the versions of Python and numpy, and the runtimes."""
    return SYSTEMS[os.environ["PI_SYSTEM"]]


@pytest.fixture
def mosquitto(tmp_path):
    """A broker on this computer."""
    broker = Mosquitto(tmp_path / "broker").start()
    yield broker
    broker.kill()
