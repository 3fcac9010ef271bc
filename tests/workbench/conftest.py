"""Fixtures and helpers for all tests: small data sets, a tiny trained network, our programs."""

import contextlib
import csv
import hashlib
import importlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from tests.workbench.forked import PROGRAMS, run_forked

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared" / "data"  # real photographs, where there are any
TIMEOUT_S = 900  # far more than a busy computer needs
WORKSTATION = {"train", "train-gpu", "workbench", "dev"}  # extras that are not for a Pi
# Variables that an enclosing `make test` sets.
SET_BY_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "TRAIN_FLAGS", "CONVERT_FLAGS"}
SET_BY_MAKE |= {"DATA", "MODEL", "SOURCE", "PYTHON"}
# Replaces the programs in .venv/bin: prints its arguments and writes the files that make expects.
# Before that it runs train.sh, if a test has written one. The fingerprints are real.
STAND_IN = f"""#!/bin/sh
[ "$2" != train.fingerprint ] || exec "{sys.executable}" "$@"
echo "$(basename "$0") $*"
case "$*" in *--build*) build=build/original ;; *) build=build ;; esac
mkdir -p $build
case "$2" in
  train) [ ! -e train.sh ] || . ./train.sh; touch $build/model.keras ;;
  convert) touch $build/model.tflite ;;
  train.samples) mkdir -p build/samples; touch build/samples/samples.json ;;
  train.sequences) mkdir -p build/sequences; touch build/sequences/sequences.json ;;
esac
"""
COLOURS = {"blue": (40, 60, 200), "green": (50, 180, 60), "red": (200, 50, 40)}


def draw_picture(path: Path, colour: tuple[int, int, int], rng: np.random.Generator) -> None:
    """Write a noisy picture of roughly one colour."""
    pixels = np.clip(rng.normal(colour, 30, (60, 80, 3)), 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A data set with a class for each colour: 12 pictures each in train, 4 in validation."""
    return make_photos(tmp_path / "photos", train=12, validation=4)


def overwrite(path: Path, content: bytes, count: int) -> Path:
    """Write the content with `count` zero bytes in its middle."""
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(count) + content[middle + count :])
    return path


def make_photos(folder: Path, **counts: int) -> Path:
    """Write pictures of each colour: `counts` gives the number per colour for each split."""
    rng = np.random.default_rng(0)
    for split, count in counts.items():
        for label, colour in COLOURS.items():
            for i in range(count):
                draw_picture(folder / split / label / f"{i:02}.png", colour, rng)
    return folder


def command(module: str, *arguments: object) -> list[str]:
    """Return the command line `python -m module arguments`."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def call(words: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command line in the checkout and wait for it to end."""
    settings = {"capture_output": True, "text": True, "timeout": TIMEOUT_S, "check": False}
    settings |= {"cwd": REPOSITORY, **options}
    return subprocess.run(words, **settings)  # noqa: PLW1510 - `check` is in `settings`


def run(module: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run `python -m module arguments` in the checkout and wait for it to end."""
    if module in PROGRAMS and not options.keys() - {"timeout"}:
        words = [*map(str, arguments)]
        return run_forked(module, words, REPOSITORY, options.get("timeout", TIMEOUT_S))
    return call(command(module, *arguments), **options)


def run_in_process(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Do what `run` does, but in this process: TensorFlow takes seconds to load in a new one.

    module: train or convert.
    """
    out, err = io.StringIO(), io.StringIO()
    main = importlib.import_module(f"{module}.__main__").main
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as exit_:  # from argparse
            code = exit_.code
    keras.config.enable_interactive_logging()  # `convert` disables it for its process
    return subprocess.CompletedProcess([module], code, out.getvalue(), err.getvalue())


def make_checkout(folder: Path, python: str = STAND_IN) -> Path:
    """Copy the Makefile and train/set_up into a folder whose .venv is set up.

    python: the text of its executables `python` and `emotion-edge`.
    """
    shutil.copy(REPOSITORY / "Makefile", folder)
    (folder / "train").mkdir()
    shutil.copy(REPOSITORY / "train" / "set_up", folder / "train")
    (folder / "pyproject.toml").touch()
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "emotion-edge"):
        write_program(programs / name, python)
    (folder / ".venv" / ".installed").write_text(f"{folder.resolve()}\n")
    return folder


def write_program(path: Path, text: str) -> Path:
    """Write an executable file and return its path."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def call_make(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run make without the variables of an enclosing make, but with the given ones."""
    environment = {name: value for name, value in os.environ.items() if name not in SET_BY_MAKE}
    environment |= {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'edge'}", **variables}
    return call([shutil.which("make"), *arguments], cwd=folder, env=environment, timeout=1500)


def run_make(folder: Path, *arguments: str, **variables: str) -> str:
    """Do what `call_make` does, and return its stdout; it must succeed."""
    result = call_make(folder, *arguments, **variables)
    assert result.returncode == 0, result.stderr
    return result.stdout


def trains(folder: Path, *arguments: str, **variables: str) -> bool:
    """Run make and say whether it started a training."""
    return "python -m train " in run_make(folder, *arguments, **variables)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def read_history(build: Path) -> list[dict[str, float]]:
    """Return the rows of a run's history.csv, one per epoch."""
    with (build / "history.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(autouse=True)
def _quiet_tensorflow() -> None:
    """Keep TensorFlow's notices out of the output that the tests read."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"


@pytest.fixture(scope="session")
def tiny_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that training writes, but of a network that takes a second to train."""
    from tests.workbench.tiny_build import write_tiny_build

    folder = tmp_path_factory.mktemp("tiny") / "build"
    write_tiny_build(folder)
    return folder


@pytest.fixture
def tiny(tiny_build: Path, tmp_path: Path) -> Path:
    """A copy of `tiny_build` that a test may damage, with a model of an earlier conversion."""
    folder = shutil.copytree(tiny_build, tmp_path / "build")
    (folder / "model.tflite").write_bytes(b"the former model")
    return folder
