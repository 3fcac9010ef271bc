"""Training runs from the command line: their files, interruption and resumption."""

import json
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from emotion_edge.model.contract import loads
from emotion_edge.model.crop_rule import CROP_FILE, crop_rule_json
from tests.workbench.conftest import REPOSITORY, command, history, inside, make_photos, run

ARTEFACTS = {
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


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A data set with a test split and a crop rule."""
    folder = make_photos(tmp_path_factory.mktemp("data"), train=12, validation=4, test=5)
    (folder / CROP_FILE).write_text(crop_rule_json({"face_width": 3.3, "eye_height": 0.41}))
    return folder


@pytest.fixture(scope="module")
def unbroken(data, tmp_path_factory):
    """A run of 4 epochs: its build folder and its output."""
    build = tmp_path_factory.mktemp("unbroken")
    result = run("train", "--data", data, "--build", build, "--epochs", 4, "--batch-size", 8)
    assert result.returncode == 0, result.stderr
    return build, result


def start(data: Path, build: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command("train", "--data", data, "--build", build, "--batch-size", 8, *arguments),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_epoch(
    process: subprocess.Popen[str], build: Path, epoch: int, *, folder: str = "checkpoint"
) -> None:
    """Wait until `epoch` epochs are finished."""
    state = build / folder / "state.json"
    while process.poll() is None:
        if state.exists() and len(json.loads(state.read_text())["history"]) >= epoch:
            return
        time.sleep(0.01)
    raise AssertionError(process.communicate()[1])


def test_a_run_leaves_all_its_artefacts_and_nothing_unfinished(unbroken):
    build, _ = unbroken
    assert {path.name for path in build.iterdir()} == ARTEFACTS | {"cache", "checkpoint"}
    for name in ("history.png", "confusion.png"):
        with Image.open(build / name) as picture:
            picture.load()
    assert [row["epoch"] for row in history(build)] == [1, 2, 3, 4]
    contract = loads((build / "contract.json").read_text())
    assert (contract.face_width, contract.eye_height) == (3.3, 0.41)
    contract = loads((build / "contract.json").read_text())
    assert contract.labels == ("blue", "green", "red")
    described = json.loads((build / "run.json").read_text())
    assert described["recipe"]["epochs"] == 4
    assert described["versions"]["keras"] == keras.__version__
    assert described["seconds"] > 0
    assert f", {os.cpu_count()} cores" in described["machine"]


def test_the_model_kept_is_that_of_the_best_epoch_and_does_what_the_evaluation_says(unbroken):
    build, _ = unbroken
    model = keras.models.load_model(build / "model.keras", compile=False)
    holdout = np.load(build / "holdout.npz")
    evaluation = json.loads((build / "evaluation.json").read_text())
    predicted = model.predict(holdout["images"] / np.float32(255), verbose=0).argmax(axis=1)
    assert evaluation["split"] == "test"
    assert evaluation["images"] == len(holdout["labels"]) == 15
    assert evaluation["accuracy"] == pytest.approx((predicted == holdout["labels"]).mean())
    assert np.sum(evaluation["confusion_matrix"]) == 15
    low, high = evaluation["accuracy_ci95"]
    assert low < evaluation["accuracy"] < high or evaluation["accuracy"] in (0, 1)
    best = max(row["val_accuracy"] for row in history(build))
    kept = history(build)[json.loads((build / "run.json").read_text())["kept_epoch"] - 1]
    assert kept["val_accuracy"] == best


def test_only_the_test_split_is_quoted_as_the_result(unbroken, data, tmp_path):
    _, result = unbroken
    assert "chosen on the validation split: that figure is not a test result" in result.stdout
    assert "test: accuracy" in result.stdout
    assert "95 % interval" in result.stdout
    without = make_photos(tmp_path / "data", train=4, validation=2)
    result = run("train", "--data", without, "--build", tmp_path / "b", "--epochs", 1)
    assert "no test split, so there is no result to quote; validation: accuracy" in result.stdout


def test_calibration_is_a_balanced_draw_from_train_alone(unbroken, data):
    build, _ = unbroken
    calibration, holdout = np.load(build / "calibration.npz"), np.load(build / "holdout.npz")
    assert calibration["images"].dtype == np.uint8
    assert np.bincount(calibration["labels"]).tolist() == [12, 12, 12]
    held = {image.tobytes() for image in holdout["images"]}
    assert not held & {image.tobytes() for image in calibration["images"]}


def test_a_killed_run_resumes_at_its_last_finished_epoch(unbroken, data, tmp_path):
    process = start(data, tmp_path, "--epochs", 4)
    wait_for_epoch(process, tmp_path, 1)
    process.kill()
    process.communicate()
    assert not (tmp_path / "model.keras").exists()
    state = tmp_path / "checkpoint/state.json"
    before = json.loads(state.read_text())
    assert len(before["history"]) < 4
    state.write_text(json.dumps(before | {"seconds": 1000.0}))
    result = run(
        *("train", "--data", data, "--build", tmp_path, "--batch-size", 8),
        *("--epochs", 4, "--resume"),
    )
    assert result.returncode == 0, result.stderr
    assert "Epoch 1/4" not in result.stdout
    resumed, whole = history(tmp_path), history(unbroken[0])
    assert [row["epoch"] for row in resumed] == [row["epoch"] for row in whole]
    # Same order, same dropout, same optimizer state: the figures are those of the unbroken run.
    for name in ("loss", "val_loss"):
        assert [r[name] for r in resumed] == pytest.approx([r[name] for r in whole], rel=1e-3)
    assert json.loads((tmp_path / "run.json").read_text())["seconds"] > 1000


GENERATIONS = ("checkpoint", "checkpoint-2")
AVERAGED = ("--average", 0.5, "--warmup-epochs", 1, "--optimizer", "adamw", "--balance", 0.5)


def test_a_killed_run_with_all_of_the_shipped_recipe_resumes_as_well(data, tmp_path):
    options = (*AVERAGED, "--augment", "--learning-rate", 1e-3, "--batch-size", 8, "--epochs", 4)
    whole = run("train", "--data", data, "--build", tmp_path / "whole", *options)
    assert whole.returncode == 0, whole.stderr
    process = subprocess.Popen(
        command("train", "--data", data, "--build", tmp_path / "cut", *options),
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_epoch(process, tmp_path / "cut", 2)
    process.kill()
    process.wait()
    result = run("train", "--data", data, "--build", tmp_path / "cut", *options, "--resume")
    assert result.returncode == 0, result.stderr
    assert "Epoch 2/4" not in result.stdout
    assert "kept the averaged weights after epoch 4" in result.stdout
    for name in ("loss", "val_loss"):
        cut, expected = (
            [row[name] for row in history(tmp_path / build)] for build in ("cut", "whole")
        )
        assert cut == pytest.approx(expected, rel=2e-3)
    longer = run("train", "--data", data, "--build", tmp_path / "cut", "--resume", *options[:-1], 6)
    assert longer.returncode == 2  # the learning rate has fallen for 4 epochs
    assert "had epochs 4, now it is 6" in longer.stderr


def test_a_run_killed_in_its_second_generation_goes_on_there(data, tmp_path):
    options = ("--model", "compact", "--batch-size", 8, "--epochs", 3, "--generations", 2)
    whole = run("train", "--data", data, "--build", tmp_path / "whole", *options)
    assert whole.returncode == 0, whole.stderr
    left = tmp_path / "cut" / "checkpoint-3"  # by another run
    left.mkdir(parents=True)
    (left / "state.json").write_text("{")
    process = subprocess.Popen(
        command("train", "--data", data, "--build", tmp_path / "cut", *options),
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_epoch(process, tmp_path / "cut", 1)
    assert not left.exists()
    wait_for_epoch(process, tmp_path / "cut", 1, folder="checkpoint-2")
    process.kill()
    process.communicate()
    result = run("train", "--data", data, "--build", tmp_path / "cut", *options, "--resume")
    assert result.returncode == 0, result.stderr
    assert "Epoch 1/3" not in result.stdout
    for name in ("loss", "val_loss"):
        cut, expected = (
            [row[name] for row in history(tmp_path / build)] for build in ("cut", "whole")
        )
        assert cut == pytest.approx(expected, rel=2e-3)
    states = [
        json.loads((tmp_path / f"whole/{name}/state.json").read_text()) for name in GENERATIONS
    ]
    assert [state["settings"]["seed"] for state in states] == [0, 1]
    losses = [[row["loss"] for row in state["history"]] for state in states]
    assert losses[1] == [row["loss"] for row in history(tmp_path / "whole")] != losses[0]


def test_ctrl_c_in_the_first_generation_ends_the_run_with_its_model(data, tmp_path):
    process = start(data, tmp_path, "--epochs", 2, "--generations", 2)
    assert any(line.startswith("Epoch 2/2") for line in process.stdout)
    process.send_signal(signal.SIGINT)  # in the last epoch, so that the generation ends anyway
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "stopping after this epoch" in errors
    assert (tmp_path / "model.keras").exists()
    assert not (tmp_path / "checkpoint-2").exists()


def test_resume_refuses_a_run_with_other_settings(unbroken, data):
    build, _ = unbroken
    result = run("train", "--data", data, "--build", build, "--resume", "--seed", 5)
    assert result.returncode == 2
    assert "had batch_size 8, now it is 16" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_run_killed_while_it_saves_resumes_from_the_epoch_before(unbroken, data, tmp_path):
    three = run("train", "--data", data, "--build", tmp_path, "--batch-size", 8, "--epochs", 3)
    assert three.returncode == 0, three.stderr
    state = (tmp_path / "checkpoint" / "state.json").read_text()
    saved = {path: path.read_bytes() for path in (tmp_path / "checkpoint").iterdir()}
    arguments = ("--data", data, "--build", tmp_path, "--batch-size", 8, "--epochs", 4, "--resume")
    assert run("train", *arguments).returncode == 0
    # As if killed before the last rename: epoch 4's model is there, its state is not.
    (tmp_path / "checkpoint" / "state.json").write_text(state)
    for path, content in saved.items():
        if not path.exists():  # removed, which happens after the last rename
            path.write_bytes(content)
    assert run("train", *arguments).returncode == 0
    losses = [row["val_loss"] for row in history(tmp_path)]
    assert losses == pytest.approx([row["val_loss"] for row in history(unbroken[0])], rel=1e-3)
    assert len(list((tmp_path / "checkpoint").iterdir())) == 3


def test_a_run_that_diverges_is_a_failure_and_writes_no_model(data, tmp_path):
    result = run(
        *("train", "--data", data, "--build", tmp_path, "--epochs", 1, "--learning-rate", "1e30"),
    )
    assert result.returncode == 1, result.stdout
    assert "try a smaller --learning-rate" in result.stderr
    assert not (tmp_path / "model.keras").exists()


@pytest.mark.parametrize("name", ["state.json", "last-0004.keras", "kept-*.weights.h5"])
def test_a_checkpoint_that_cannot_be_read_is_refused_in_words(name, unbroken, data, tmp_path):
    shutil.copytree(unbroken[0] / "checkpoint", tmp_path / "checkpoint")
    (path,) = (tmp_path / "checkpoint").glob(name)
    path.write_bytes(b"{")
    options = ("--batch-size", 8, "--epochs", 4, "--resume")
    result = run("train", "--data", data, "--build", tmp_path, *options)
    assert result.returncode == 2
    assert f"cannot read {path if 'kept' in name else 'the run in'}" in result.stderr
    assert "Traceback" not in result.stderr


def test_ctrl_c_ends_after_the_epoch_and_still_writes_everything(data, tmp_path):
    process = start(data, tmp_path, "--epochs", 500)
    wait_for_epoch(process, tmp_path, 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "stopping after this epoch" in errors
    assert {path.name for path in tmp_path.iterdir()} >= ARTEFACTS
    assert 1 <= len(history(tmp_path)) < 500


def test_early_stopping_ends_a_run_that_gets_no_better(data, tmp_path):
    result = run(
        *("train", "--data", data, "--build", tmp_path, "--epochs", 60),
        *("--early-stopping", 2, "--learning-rate", 0, "--resume"),
    )
    assert result.returncode == 0, result.stderr
    assert "no finished epoch to resume" in result.stdout
    assert len(history(tmp_path)) == 3


def test_a_full_disk_leaves_the_build_as_it_was(unbroken, data, tmp_path):
    before = {path.name: path.read_bytes() for path in unbroken[0].iterdir() if path.is_file()}
    # The next write that makes a file larger than 1 MB fails, as it would on a full disk.
    result = run(
        *("train", "--data", data, "--build", unbroken[0], "--batch-size", 8),
        *("--epochs", 4, "--resume"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
    )
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert "train: error: " in result.stderr
    after = {path.name: path.read_bytes() for path in unbroken[0].iterdir() if path.is_file()}
    assert after == before
    assert not list(unbroken[0].glob(".unfinished-*"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--optimizer", "nonsense"],
        ["--epochs", "0"],
        ["--model", "nonsense"],
        ["--seed", "-1"],
        ["--calibration-size", "2"],
    ],
    ids=" ".join,
)
def test_a_bad_option_ends_with_exit_code_2_and_a_line_that_names_it(arguments, data, tmp_path):
    result = inside("train", "--data", data, "--build", tmp_path, *arguments)
    assert result.returncode == 2
    assert arguments[0] in result.stderr
    assert "Traceback" not in result.stderr
