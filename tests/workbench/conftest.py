"""Small data sets and runs of the workbench's programs."""

import contextlib
import csv
import hashlib
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import find_images
from emotion_edge.model.contract import Contract, dumps

REPOSITORY = Path(__file__).parents[2]
# Of a make around the tests.
SET_BY_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "TRAIN_FLAGS", "CONVERT_FLAGS"}
SET_BY_MAKE |= {"DATA", "MODEL", "SOURCE"}
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


def overwrite(path: Path, content: bytes, count: int) -> Path:
    """Write the content with so many zeros in its middle."""
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(count) + content[middle + count :])
    return path


def make_photos(folder: Path, **counts: int) -> Path:
    """Write `counts` pictures of each colour into each split."""
    rng = np.random.default_rng(0)
    for split, count in counts.items():
        for label, colour in COLOURS.items():
            for i in range(count):
                draw(folder / split / label / f"{i:02}.png", colour, rng)
    return folder


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a folder, by its path there."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def pictures(data: Path) -> list[str]:
    """Return the paths of all pictures in a folder, relative to it."""
    return [str(path.relative_to(data)) for path in find_images(data)]


def command(module: str, *arguments: object) -> list[str]:
    """Return the command line that runs one of our programs."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def call(words: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command line in the checkout to its end."""
    given = {"capture_output": True, "text": True, "timeout": 300, "check": False}
    given |= {"cwd": REPOSITORY, **options}
    return subprocess.run(words, **given)  # noqa: PLW1510 - see `given`


def run(module: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run one of our programs to its end."""
    return call(command(module, *arguments), **options)


def inside(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Do what `run` does in this process, which has TensorFlow already: it takes seconds to load.

    module: train or convert.
    """
    out, err = io.StringIO(), io.StringIO()
    main = importlib.import_module(f"{module}.__main__").main
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as end:  # argparse's
            code = end.code
    return subprocess.CompletedProcess([module], code, out.getvalue(), err.getvalue())


def make_checkout(folder: Path, python: str) -> Path:
    """Copy the Makefile to where .venv is set up already: `python` is the text of its programs."""
    shutil.copy(REPOSITORY / "Makefile", folder)
    (folder / "pyproject.toml").touch()
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "emotion-edge"):
        (programs / name).write_text(python)
        (programs / name).chmod(0o755)
    (folder / ".venv" / ".installed").touch()
    return folder


def make(folder: Path, *arguments: str) -> str:
    """Run make, free of the settings of a make around the tests, and return what it said."""
    environment = {name: value for name, value in os.environ.items() if name not in SET_BY_MAKE}
    result = call(["make", *arguments], cwd=folder, env=environment, timeout=1500)
    assert result.returncode == 0, result.stderr
    return result.stdout


def history(build: Path) -> list[dict[str, float]]:
    """Return the rows of a run's history.csv."""
    with (build / "history.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(autouse=True)
def one_line_errors() -> None:
    """Keep TensorFlow's notes out of what the tests read."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"


SIDE = 8
LABELS = ("blue", "green", "red")


def tinted(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noise with a tint: uint8 (count, 8, 8, 3), and which of LABELS it is, in turn."""
    rng = np.random.default_rng(seed)
    targets = np.arange(count) % len(LABELS)
    tint = 28 * np.eye(3)[::-1][targets]  # blue first, as in LABELS
    pixels = rng.normal(110 + tint[:, None, None], 60, (count, SIDE, SIDE, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8), targets


def save_pictures(path: Path, count: int, seed: int, classes: tuple[str, ...] = LABELS) -> None:
    """Write tinted noise as `python -m train` writes pictures for the conversion."""
    images, targets = tinted(count, seed)
    np.savez(path, images=images, labels=targets, classes=np.array(classes))


@pytest.fixture(scope="session")
def tiny_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What training leaves, but of a network that is trained in a second: it names tints."""
    import keras

    folder = tmp_path_factory.mktemp("tiny") / "build"
    folder.mkdir()
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(3, activation="sigmoid"),
        ],
        name="tiny",
    )
    model.compile("adam", "categorical_crossentropy")
    images, targets = tinted(1500, seed=1)
    model.fit(images / np.float32(255), np.eye(3)[targets], epochs=12, verbose=0)
    model.save(folder / "model.keras")
    contract = Contract(labels=LABELS, width=SIDE, height=SIDE, activation="sigmoid")
    (folder / "contract.json").write_text(dumps(contract))
    for i, (name, count) in enumerate(
        {"calibration": 90, "temperature": 150, "holdout": 300}.items()
    ):
        save_pictures(folder / f"{name}.npz", count, seed=2 + i)
    with np.load(folder / "holdout.npz") as holdout:
        outputs = model.predict(holdout["images"] / np.float32(255), verbose=0)
        accuracy = float((outputs.argmax(axis=1) == holdout["labels"]).mean())
    evaluation = {"accuracy": accuracy, "per_class": dict.fromkeys(LABELS)}
    (folder / "evaluation.json").write_text(json.dumps(evaluation))
    return folder


@pytest.fixture
def tiny(tiny_build: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil, with a former model in it."""
    folder = shutil.copytree(tiny_build, tmp_path / "build")
    (folder / "model.tflite").write_bytes(b"the former model")
    return folder
