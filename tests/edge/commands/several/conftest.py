"""Fixtures: two cameras."""

import pytest

from tests.edge.commands.several.recordings import one_colour


@pytest.fixture
def cameras(tmp_path) -> tuple[str, ...]:
    """Options for two cameras: at the door it is red for ever, on the desk blue."""
    door, desk = one_colour(tmp_path / "door", "red"), one_colour(tmp_path / "desk", "blue")
    return ("--source", f"door={door}", "--source", f"desk={desk}")
