"""`python -m train --from`: training that starts from the weights of a former run."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from emotion_edge.model.contract import dumps, loads
from tests.workbench.conftest import make_photos, run_in_process
from tests.workbench.train.engine.runs import column, train_in_process
from train.recipe import default_recipe

WEIGHTS = "simple_cnn.weights.h5"
STILL = ("--epochs", 1, "--learning-rate", 0)  # the weights stay as they are


@pytest.fixture(scope="module")
def still_run(data, finished_run, tmp_path_factory) -> tuple[Path, str]:
    """A run from the finished run's weights that learns nothing: its build folder and output."""
    build = tmp_path_factory.mktemp("still")
    result = train_in_process(data, build, "--from", finished_run[0] / WEIGHTS, *STILL)
    assert result.returncode == 0, result.stderr
    return build, result.stdout


def head(build: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the kernel and the bias of a trained network's last layer."""
    return keras.models.load_model(build / "model.keras", compile=False).layers[-1].get_weights()


def test_it_starts_with_these_weights_and_names_them(still_run, finished_run):
    build, printed = still_run
    for ours, former in zip(head(build), head(finished_run[0]), strict=True):
        assert ours == pytest.approx(former, abs=1e-6)
    digest = hashlib.sha256((finished_run[0] / WEIGHTS).read_bytes()).hexdigest()
    run = json.loads((build / "run.json").read_text())
    assert run["from"] == {"file": str(finished_run[0] / WEIGHTS), "sha256": digest}
    comparison = json.loads((build / "evaluation.json").read_text())["comparison"]
    assert comparison["sha256"] == digest
    assert comparison["before"] == comparison["after"]
    assert (comparison["images"], comparison["gained"], comparison["lost"]) == (15, 0, 0)
    assert "test, 15 pictures of labels that both know, by the former network" in printed
    assert f"started from {finished_run[0] / WEIGHTS}, SHA-256 {digest}" in printed
    assert "not shown to be better" in printed


@pytest.mark.long
def test_its_recipe_is_short_and_keeps_tau_unless_options_say_otherwise(
    finished_run, data, tmp_path
):
    for name in (WEIGHTS, "contract.json"):
        shutil.copy(finished_run[0] / name, tmp_path)
    contract = loads((tmp_path / "contract.json").read_bytes())
    (tmp_path / "contract.json").write_text(dumps(replace(contract, tau=0.3)))
    found = []
    for options in ((), ("--tau", 0.1, "--epochs", 1, "--no-augment")):
        build = tmp_path / f"build{len(options)}"
        result = train_in_process(data, build, "--from", tmp_path / WEIGHTS, *options)
        assert result.returncode == 0, result.stderr
        found.append(json.loads((build / "run.json").read_text())["recipe"])
    default, given = found
    usual = default_recipe("compact", votes=False)
    assert default["epochs"] < usual.epochs
    assert default["learning_rate"] < usual.learning_rate
    assert (default["optimizer"], default["augment"], default["tau"]) == ("adamw", True, 0.3)
    assert (given["epochs"], given["augment"], given["tau"]) == (1, False, 0.1)


@pytest.mark.long
def test_data_of_other_labels_take_over_the_columns_of_known_ones(finished_run, data, tmp_path):
    photos = shutil.copytree(data, tmp_path / "photos")
    for split in ("train", "validation", "test"):
        (photos / split / "green").rename(photos / split / "violet")
        shutil.rmtree(photos / split / "blue")
    build, weights = tmp_path / "build", finished_run[0] / WEIGHTS
    result = train_in_process(photos, build, "--from", weights, *STILL)
    assert result.returncode == 0, result.stderr
    (kernel, bias), (former, former_bias) = head(build), head(finished_run[0])
    assert kernel.shape == (64, 2)  # red, violet
    assert kernel[:, 0] == pytest.approx(former[:, 2], abs=1e-6)
    assert bias[0] == pytest.approx(former_bias[2], abs=1e-6)
    assert not np.allclose(kernel[:, 1], former[:, 1], atol=1e-3)
    assert json.loads((build / "evaluation.json").read_text())["comparison"]["images"] == 5


def test_a_run_is_resumed_only_with_the_weights_that_it_started_from(
    still_run, data, finished_run, tmp_path
):
    shutil.copytree(still_run[0] / "checkpoint", tmp_path / "checkpoint")
    weights, options = finished_run[0] / WEIGHTS, (*STILL, "--resume")
    result = train_in_process(data, tmp_path, "--from", weights, *options)
    assert result.returncode == 0, result.stderr
    assert "val_loss" not in result.stdout  # no epoch was left to train
    others = shutil.copytree(finished_run[0], tmp_path / "others", ignore=lambda *_: ["checkpoint"])
    model = keras.models.load_model(others / "model.keras", compile=False)
    model.layers[-1].set_weights([each + 1 for each in model.layers[-1].get_weights()])
    model.save_weights(others / WEIGHTS)
    result = train_in_process(data, tmp_path, "--from", others / WEIGHTS, *options)
    assert result.returncode == 2
    assert "--resume: the run in" in result.stderr
    assert " had from '" in result.stderr
    assert column(tmp_path, "epoch") == [1]


def test_weights_for_faces_that_are_cropped_otherwise_are_refused(finished_run, photos, tmp_path):
    result = train_in_process(photos, tmp_path, "--from", finished_run[0] / WEIGHTS)
    assert result.returncode == 2
    assert "its faces are cropped by {'face_width': 2.7, 'eye_height': 0.39}" in result.stderr
    assert "needs {'face_width': 3.3, 'eye_height': 0.41}" in result.stderr


def test_weights_of_another_network_are_refused(finished_run, data, tmp_path):
    weights = finished_run[0] / WEIGHTS
    result = train_in_process(data, tmp_path, "--from", weights, "--model", "compact")
    assert result.returncode == 2
    assert "has the weights of simple_cnn, not of compact: choose by --model" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.long
def test_teachers_start_from_nothing(finished_run, data, tmp_path):
    options = ("--from", finished_run[0] / WEIGHTS, "--teachers", "simple_cnn")
    result = train_in_process(data, tmp_path, *options, *STILL)
    assert result.returncode == 0, result.stderr
    teacher, own = (
        json.loads((tmp_path / name / "state.json").read_text())
        for name in ("checkpoint", "checkpoint-2")
    )
    assert teacher["settings"]["from"] is None
    assert own["settings"]["from"]
    assert head(tmp_path)[0] == pytest.approx(head(finished_run[0])[0], abs=1e-6)


def test_without_pictures_of_ones_own_nothing_is_drawn(finished_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run_in_process("train", "--from", finished_run[0] / WEIGHTS, "--model", "simple_cnn")
    assert result.returncode == 2
    assert "give the folder of your own pictures by --data" in result.stderr
    assert not list(tmp_path.iterdir())


def test_with_train_alone_it_says_how_to_take_the_others(finished_run, tmp_path):
    photos = make_photos(tmp_path / "photos", train=2)
    result = train_in_process(photos, tmp_path / "build")
    assert result.returncode == 2
    assert f"{photos / 'validation'}: no such folder" in result.stderr
    assert "emotion-edge collect --split validation" in result.stderr
