"""Fixtures for the tests of data preparation."""

from pathlib import Path

import pytest

from tests.workbench.train.prepare.inputs import write_astronaut


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Nine photographs, six of them of two people, in two classes."""
    names = ("happy/anna/1.png", "happy/anna/2.png", "sad/anna_01.png", "happy/ben-01.png")
    names += ("sad/ben-02.png", "sad/ben-03.png", "happy/IMG_1.png", "sad/IMG_2.png", "sad/x.png")
    for seed, name in enumerate(names):
        write_astronaut(tmp_path / "photos" / name, seed)
    return tmp_path / "photos"
