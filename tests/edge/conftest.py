"""What the tests of the edge share; nothing here or beside it needs the workbench."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.model.runtime import RUNTIMES

FIXTURES = Path(__file__).parents[1] / "fixtures"
INT8, FLOAT32 = FIXTURES / "tiny.int8.tflite", FIXTURES / "tiny.float32.tflite"
COLOURS = {"blue": (20, 30, 220), "green": (30, 220, 20), "red": (220, 20, 30)}
INSTALLED = [name for name, package in RUNTIMES.items() if importlib.util.find_spec(package)]


def solid(colour: str, width: int = 40, height: int = 30) -> np.ndarray:
    """Return a picture of one colour, (height, width, 3) uint8 RGB."""
    return np.full((height, width, 3), COLOURS[colour], np.uint8)


def save(path: Path, colour: str) -> Path:
    """Write a picture of one colour and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(solid(colour)).save(path)
    return path


def edge(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    given = {"capture_output": True, "text": True, "timeout": 60, "check": False, **options}
    return subprocess.run(command(*arguments), **given)  # noqa: PLW1510 - see `given`


def command(*arguments: object) -> list[str]:
    """Return the command line of emotion-edge."""
    return [sys.executable, "-m", "emotion_edge", *map(str, arguments)]


def own_words(stderr: str) -> list[str]:
    """Return the lines of stderr that are ours, not a runtime's."""
    return [line for line in stderr.splitlines() if not line.startswith(("INFO: ", "WARNING: "))]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a picture of each colour."""
    for i, colour in enumerate(COLOURS):
        save(tmp_path / "photos" / f"{i}-{colour}.png", colour)
    return tmp_path / "photos"
