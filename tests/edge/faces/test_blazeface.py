"""BlazeFace: its anchors and its file."""

import os
import re
import shutil
from pathlib import Path

import pytest

import emotion_edge
from emotion_edge.faces.blazeface import INSTALL, SHIPPED, anchors
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import save


def test_there_are_two_anchors_per_cell_of_8_pixels_and_six_per_cell_of_16_row_by_row():
    centres = anchors()
    assert centres.shape == (896, 2)
    assert centres[:4].tolist() == [[1 / 32, 1 / 32]] * 2 + [[3 / 32, 1 / 32]] * 2
    assert centres[32].tolist() == [1 / 32, 3 / 32]  # the second row
    assert centres[512:519].tolist() == [[1 / 16, 1 / 16]] * 6 + [[3 / 16, 1 / 16]]
    assert centres[-1].tolist() == [15 / 16, 15 / 16]


@pytest.fixture
def copied(tmp_path) -> Path:
    """The file of the network in a copy of the program."""
    package = Path(emotion_edge.__file__).parent
    shutil.copytree(package, tmp_path / "emotion_edge", ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path / "emotion_edge" / SHIPPED.name


@pytest.mark.parametrize("damage", ["missing", "shorter", "another network", "a pipe"])
def test_a_missing_or_damaged_file_is_refused_with_what_to_do(damage, copied, tmp_path):
    content = copied.read_bytes()
    copied.unlink()
    if damage == "a pipe":
        os.mkfifo(copied)
    elif damage != "missing":
        copied.write_bytes(content[:-1] if damage == "shorter" else INT8.read_bytes())
    save(tmp_path / "red.png", "red")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    words = ("--model", INT8, "--source", tmp_path / "red.png")
    result = edge("run", *words, env=environment, cwd=tmp_path, timeout=20)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = own_lines(result.stderr)
    assert re.search(rf"error: {copied}: .* network.*; {re.escape(INSTALL)}$", line), line
    whole_frames = edge("run", *words, "--faces", "off", env=environment, cwd=tmp_path)
    assert whole_frames.returncode == 0, whole_frames.stderr
