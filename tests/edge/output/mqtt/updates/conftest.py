"""Fixtures for the tests of updates."""

import pytest

from tests.edge.output.mqtt.updates.files import SharedFiles


@pytest.fixture
def shared(tmp_path) -> SharedFiles:
    """The files that `emotion-edge update` and the daemon share."""
    return SharedFiles(tmp_path)
