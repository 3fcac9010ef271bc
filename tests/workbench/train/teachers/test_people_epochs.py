"""After learning from teachers, a network learns from people's labels only."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.workbench.train.engine.runs import (
    column,
    start_training,
    train_in_process,
    train_well,
    wait_for_epoch,
)
from train.engine.state import read_state
from train.recipe import FINE_TUNING, RECIPES

COMPACT = ("--model", "compact", "--epochs", 2)
TAUGHT = (*COMPACT, "--teachers", "compact")


@pytest.fixture(scope="module")
def taught(data, tmp_path_factory) -> Path:
    """The build folder of a network that has learnt from a teacher; tests only read it."""
    build = tmp_path_factory.mktemp("taught")
    train_well(data, build, *TAUGHT, "--people-epochs", 0)
    return build


@pytest.fixture(scope="module")
def continued(data, taught, tmp_path_factory) -> tuple[Path, str]:
    """The same, continued for three epochs on people's labels, and what was printed then."""
    build = tmp_path_factory.mktemp("continued") / "build"
    shutil.copytree(taught, build)
    return build, train_well(data, build, *TAUGHT, "--people-epochs", 3, "--resume")


def weights(path: Path) -> np.ndarray:
    """Return all weights of a network."""
    arrays = keras.models.load_model(path, compile=False).get_weights()
    return np.concatenate([array.ravel() for array in arrays])


def test_only_the_further_epochs_are_trained_and_the_history_goes_on(taught, continued):
    build, output = continued
    assert output.count("val_loss") == 3
    assert "3 more epochs on people's labels only" in output
    assert column(build, "epoch") == [1, 2, 3, 4, 5]
    assert column(build, "loss")[:2] == column(taught, "loss")
    described = json.loads((build / "run.json").read_text())
    assert described["kept_epoch"] == 5
    assert described["recipe"]["teachers"] == ["compact"]
    assert (described["recipe"]["epochs"], described["recipe"]["people_epochs"]) == (2, 3)
    seconds = json.loads((taught / "run.json").read_text())["seconds"]
    assert described["seconds"] > seconds


def test_the_network_goes_on_without_its_teachers_as_when_it_is_fine_tuned(
    data, taught, continued, tmp_path
):
    build, _ = continued
    start = taught / "compact.weights.h5"
    train_well(
        data, tmp_path, "--model", "compact", "--epochs", 3, "--soft-labels", "--from", start
    )
    further, tuned = (
        read_state(each).settings for each in (build / "checkpoint-3", tmp_path / "checkpoint")
    )
    assert further["taught"] is None
    assert {**further, "from": None} == {**tuned, "from": None}
    assert column(build, "loss")[2:] == pytest.approx(column(tmp_path, "loss"), rel=1e-3)
    assert weights(build / "model.keras") == pytest.approx(
        weights(tmp_path / "model.keras"), abs=1e-3
    )
    assert np.abs(weights(build / "model.keras") - weights(taught / "model.keras")).max() > 1e-3


def test_a_killed_run_continues_among_the_further_epochs(data, continued, tmp_path):
    build = shutil.copytree(continued[0], tmp_path / "build")
    shutil.rmtree(build / "checkpoint-3")
    options = (*TAUGHT, "--people-epochs", 3, "--resume", "auto")
    with start_training(data, build, *options, stdout=subprocess.DEVNULL) as process:
        wait_for_epoch(process, build, 1, folder="checkpoint-3")
        process.kill()
    done = len(read_state(build / "checkpoint-3").history)
    output = train_well(data, build, *options)
    assert output.count("val_loss") == 3 - done < 3
    assert column(build, "loss") == pytest.approx(column(continued[0], "loss"), rel=1e-3)
    assert train_well(data, build, *options).count("val_loss") == 0


def test_other_further_epochs_do_not_train_the_network_again(data, continued, tmp_path):
    build = shutil.copytree(continued[0], tmp_path / "build")
    output = train_well(data, build, *TAUGHT, "--people-epochs", 1, "--resume")
    assert output.count("val_loss") == 1
    assert "1 more epoch on people's labels only" in output
    assert column(build, "epoch") == [1, 2, 3]


def test_a_network_that_learns_more_from_teachers_starts_its_further_epochs_again(data, tmp_path):
    options = ("--teachers", "simple_cnn", "--people-epochs", 1)
    train_well(data, tmp_path, *options, "--epochs", 1)
    output = train_well(data, tmp_path, *options, "--epochs", 2, "--resume")
    assert output.count("val_loss") == 3  # one of the teacher, of the network, and the further one
    assert column(tmp_path, "epoch") == [1, 2, 3]


def test_stored_soft_labels_are_followed_by_people_too(data, taught, tmp_path):
    stored = ("--soft-labels-from", taught / "soft_labels.npz")
    train_well(data, tmp_path, *COMPACT, *stored, "--people-epochs", 1)
    assert read_state(tmp_path / "checkpoint").settings["taught"]
    assert read_state(tmp_path / "checkpoint-2").settings["taught"] is None
    assert column(tmp_path, "epoch") == [1, 2, 3]


def test_without_teachers_there_is_nothing_to_go_on_without(data, tmp_path):
    result = train_in_process(data, tmp_path, *COMPACT, "--teachers", "--people-epochs", 2)
    assert result.returncode == 2
    assert "--people-epochs: only a network with teachers" in result.stderr
    assert not (tmp_path / "checkpoint").exists()


def test_a_lower_learning_rate_stays_low():
    recipe = replace(RECIPES["compact"], people_epochs=1)
    assert recipe.for_people().learning_rate == FINE_TUNING.learning_rate
    assert replace(recipe, learning_rate=1e-5).for_people().learning_rate == 1e-5


def test_a_network_that_keeps_its_best_epoch_keeps_the_average_of_the_further_ones(data, tmp_path):
    train_well(data, tmp_path, "--epochs", 2, "--teachers", "simple_cnn", "--people-epochs", 2)
    described = json.loads((tmp_path / "run.json").read_text())
    assert described["kept_epoch"] == 4
    assert read_state(tmp_path / "checkpoint-3").kept.startswith("kept-0002")
