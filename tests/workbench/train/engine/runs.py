"""Start training runs, wait for their epochs, and read what they wrote."""

import json
import subprocess
import time
from pathlib import Path

from tests.workbench.conftest import REPOSITORY, command, read_history, run, run_in_process

ARTIFACTS = {
    "model.keras",
    "simple_cnn.weights.h5",
    "contract.json",
    "calibration.npz",
    "temperature.npz",
    "holdout.npz",
    "history.csv",
    "history.png",
    "evaluation.json",
    "confusion.png",
    "run.json",
}


def _arguments(data: Path, build: Path, *arguments: object) -> tuple[object, ...]:
    options = ("--data", data, "--build", build, "--model", "simple_cnn", "--batch-size", 8)
    return ("train", *options, *arguments)


def train(
    data: Path, build: Path, *arguments: object, **options: object
) -> subprocess.CompletedProcess[str]:
    """Train with batches of 8, and wait for the run to end."""
    return run(*_arguments(data, build, *arguments), **options)


def train_in_process(
    data: Path, build: Path, *arguments: object
) -> subprocess.CompletedProcess[str]:
    """Do what `train` does, but in this process, which saves the start of TensorFlow."""
    return run_in_process(*_arguments(data, build, *arguments))


def train_well(data: Path, build: Path, *arguments: object) -> str:
    """Train in this process, which must succeed, and return what was printed."""
    result = train_in_process(data, build, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def start_training(
    data: Path, build: Path, *arguments: object, stdout: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start training with batches of 8."""
    return subprocess.Popen(
        command(*_arguments(data, build, *arguments)),
        cwd=REPOSITORY,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_epoch(
    process: subprocess.Popen[str], build: Path, epoch: int, *, folder: str = "checkpoint"
) -> None:
    """Wait until the checkpoint holds `epoch` finished epochs."""
    state = build / folder / "state.json"
    while process.poll() is None:
        if state.exists() and len(json.loads(state.read_text())["history"]) >= epoch:
            return
        time.sleep(0.01)
    raise AssertionError(process.communicate()[1])


def column(build: Path, name: str) -> list[float]:
    """Return one column of a run's history.csv."""
    return [row[name] for row in read_history(build)]
