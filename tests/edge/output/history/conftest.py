"""Fixtures for tests of the history."""

from pathlib import Path

import pytest

from emotion_edge.system.clock import WallClock
from tests.edge.output.history.rows import MINUTE
from tests.edge.output.history.watching import Clocks


@pytest.fixture
def clocks(monkeypatch) -> Clocks:
    """Clocks that only move when they are told, at the beginning of a minute."""
    made = Clocks(MINUTE)
    monkeypatch.setattr(WallClock, "_read", made.read)
    return made


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "labels.db"
