"""Fixtures for the tests of MQTT."""

import pytest


@pytest.fixture
def no_password_around(monkeypatch):
    """Without a password from elsewhere."""
    monkeypatch.delenv("EMOTION_EDGE_PASSWORD", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
