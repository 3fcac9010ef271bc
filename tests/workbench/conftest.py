"""Small data sets and runs of the workbench's programs."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

REPOSITORY = Path(__file__).parents[2]
COLOURS = {"blue": (40, 60, 200), "green": (50, 180, 60), "red": (200, 50, 40)}


def draw(path: Path, colour: tuple[int, int, int], rng: np.random.Generator) -> None:
    """Write a noisy picture of about one colour."""
    pixels = np.clip(rng.normal(colour, 30, (60, 80, 3)), 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A data set of three colours: 12 pictures each to train on, 4 to validate."""
    return make_photos(tmp_path / "photos", train=12, validation=4)


def make_photos(folder: Path, **counts: int) -> Path:
    """Write `counts` pictures of each colour into each split."""
    rng = np.random.default_rng(0)
    for split, count in counts.items():
        for label, colour in COLOURS.items():
            for i in range(count):
                draw(folder / split / label / f"{i:02}.png", colour, rng)
    return folder


def command(module: str, *arguments: object) -> list[str]:
    """Return the command line that runs one of our programs."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def call(words: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command line in the checkout to its end."""
    given = {"capture_output": True, "text": True, "timeout": 300, "check": False, **options}
    return subprocess.run(words, cwd=REPOSITORY, **given)  # noqa: PLW1510 - see `given`


def run(module: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run one of our programs to its end."""
    return call(command(module, *arguments), **options)


def history(build: Path) -> list[dict[str, float]]:
    """Return the rows of a run's history.csv."""
    with (build / "history.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(autouse=True)
def one_line_errors() -> None:
    """Keep TensorFlow's notes out of what the tests read."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
