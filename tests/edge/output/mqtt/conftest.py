"""Fixtures for the tests of MQTT."""

import pytest

from tests.edge.output.mqtt.updates.files import SharedFiles


@pytest.fixture
def no_password_around(monkeypatch):
    """Without a password from elsewhere."""
    monkeypatch.delenv("EMOTION_EDGE_PASSWORD", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture
def shared(tmp_path) -> SharedFiles:
    """The files that `emotion-edge update` and the daemon share."""
    return SharedFiles(tmp_path)
