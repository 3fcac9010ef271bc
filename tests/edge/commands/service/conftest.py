"""The fixture for tests of the service."""

from pathlib import Path

import pytest

from tests.edge.command_line import edge


@pytest.fixture
def unit(tmp_path) -> Path:
    """The unit printed by --print."""
    result = edge("install-service", "--print")
    assert result.returncode == 0, result.stderr
    path = tmp_path / "emotion-edge.service"
    path.write_text(result.stdout)
    return path
