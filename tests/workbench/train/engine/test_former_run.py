"""A new run replaces the former one's checkpoint when its first epoch is saved, not before."""

import json
import shutil
from pathlib import Path

import pytest

from tests.workbench.conftest import digests
from tests.workbench.train.engine.runs import column, start_training, train, train_in_process

FORMER = ("--epochs", 1, "--teachers", "simple_cnn")


@pytest.fixture(scope="module")
def former(data, tmp_path_factory) -> Path:
    """The build folder of a finished run of two networks; tests only read it."""
    build = tmp_path_factory.mktemp("former")
    result = train(data, build, *FORMER)
    assert result.returncode == 0, result.stderr
    return build


def checkpoints(build: Path) -> dict[str, str]:
    """Return the digests of all files in the checkpoint folders."""
    return {name: d for name, d in digests(build).items() if name.startswith("checkpoint")}


def assert_resumes(data: Path, build: Path, former: Path) -> None:
    """Assert that a run with the former settings trains no epoch and has the former history."""
    result = train_in_process(data, build, *FORMER, "--resume")
    assert result.returncode == 0, result.stderr
    assert "val_loss" not in result.stdout  # which Keras prints for each epoch
    assert column(build, "loss") == column(former, "loss")


@pytest.mark.long
def test_a_run_killed_in_its_first_epoch_leaves_the_former_one(former, data, tmp_path):
    build = shutil.copytree(former, tmp_path / "build")
    process = start_training(data, build, "--epochs", 3, "--seed", 7)
    assert any(line.startswith("Epoch 1/3") for line in process.stdout)
    process.kill()
    process.communicate()
    assert checkpoints(build) == checkpoints(former)
    assert_resumes(data, build, former)


@pytest.mark.long
def test_a_run_killed_while_it_saves_its_first_epoch_leaves_the_former_one(former, data, tmp_path):
    new = shutil.copytree(former, tmp_path / "new")
    for folder in ("checkpoint-worker1", "checkpoint-worker1-2", "checkpoint-2 of May"):
        shutil.copytree(new / "checkpoint", new / folder)
    result = train(data, new, "--epochs", 1, "--seed", 7)
    assert result.returncode == 0, result.stderr
    # The former run's second network and its other worker are gone; a copy by the user stays.
    assert {path.name for path in new.glob("check*")} == {"checkpoint", "checkpoint-2 of May"}
    # The files become visible in the order of their names, and state.json comes last.
    for count in (1, 2):
        build = shutil.copytree(former, tmp_path / str(count))
        for path in sorted((new / "checkpoint").glob("*-0001*"))[:count]:
            shutil.copy(path, build / "checkpoint")
        assert_resumes(data, build, former)


@pytest.mark.long
def test_a_second_network_of_another_run_is_not_resumed(former, data, tmp_path):
    build = shutil.copytree(former, tmp_path / "build")
    result = train(data, build, *FORMER)
    assert result.returncode == 0, result.stderr
    # As if the process had been killed before it removed the former run's second network.
    shutil.rmtree(build / "checkpoint-2")
    shutil.copytree(former / "checkpoint-2", build / "checkpoint-2")
    result = train(data, build, *FORMER, "--resume")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("val_loss") == 1
    states = [
        json.loads((build / folder / "state.json").read_text())
        for folder in ("checkpoint", "checkpoint-2")
    ]
    assert states[0]["run"] == states[1]["run"]
