"""The files that a training run writes."""

import json
import os
import resource
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from convert.artifacts import read_run
from emotion_edge.errors import UserError
from emotion_edge.model.contract import loads
from tests.workbench.conftest import make_photos, run
from tests.workbench.convert.reports import INPUTS
from tests.workbench.train.engine.runs import ARTIFACTS, column, train


def test_a_run_leaves_all_its_files_and_no_unfinished_one(finished_run):
    build, _ = finished_run
    assert {path.name for path in build.iterdir()} == ARTIFACTS | {"cache", "checkpoint"}
    for name in ("history.png", "confusion.png"):
        with Image.open(build / name) as picture:
            picture.load()
    assert column(build, "epoch") == [1, 2, 3, 4]
    contract = loads((build / "contract.json").read_text())
    assert (contract.face_width, contract.eye_height) == (3.3, 0.41)
    assert contract.labels == ("blue", "green", "red")
    described = json.loads((build / "run.json").read_text())
    assert described["recipe"]["epochs"] == 4
    assert described["versions"]["keras"] == keras.__version__
    assert described["seconds"] > 0
    assert f", {os.cpu_count()} cores" in described["machine"]


def test_a_crop_rule_of_400_digits_is_refused(photos, tmp_path):
    (photos / "crop.json").write_text(f'{{"face_width": 1{"0" * 400}, "eye_height": 0.4}}')
    result = run("train", "--data", photos, "--build", tmp_path / "build")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "crop.json: not a crop rule: face_width is 100" in result.stderr
    assert "allowed: 1 to 10" in result.stderr


def test_the_best_epochs_model_is_kept_and_matches_its_evaluation(finished_run):
    build, _ = finished_run
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
    accuracies = column(build, "val_accuracy")
    kept_epoch = json.loads((build / "run.json").read_text())["kept_epoch"]
    assert accuracies[kept_epoch - 1] == max(accuracies)


def test_only_the_test_split_is_quoted_as_the_result(finished_run, data, tmp_path):
    _, result = finished_run
    assert "chosen on the validation split: that figure is not a test result" in result.stdout
    assert "test: accuracy" in result.stdout
    assert "95 % interval" in result.stdout
    without = make_photos(tmp_path / "data", train=4, validation=2)
    result = run("train", "--data", without, "--build", tmp_path / "b", "--epochs", 1)
    assert "no test split, so there is no result to quote; validation: accuracy" in result.stdout


def test_calibration_images_are_drawn_evenly_from_the_classes_of_train(finished_run):
    build, _ = finished_run
    calibration, holdout = np.load(build / "calibration.npz"), np.load(build / "holdout.npz")
    assert calibration["images"].dtype == np.uint8
    assert np.bincount(calibration["labels"]).tolist() == [12, 12, 12]
    held = {image.tobytes() for image in holdout["images"]}
    assert not held & {image.tobytes() for image in calibration["images"]}


def test_the_conversion_accepts_the_files_of_a_run_and_no_mixture_of_two(finished_run, tmp_path):
    build = shutil.copytree(finished_run[0], tmp_path / "build")
    assert set(json.loads((build / "run.json").read_text())["sha256"]) == set(INPUTS)
    read_run(build)
    # As if another run had been killed before it replaced the model, which comes last.
    run = json.loads((build / "run.json").read_text())
    run["sha256"]["model.keras"] = "0" * 64
    (build / "run.json").write_text(json.dumps(run))
    with pytest.raises(UserError, match=r"model\.keras: not the file that training wrote"):
        read_run(build)


def test_a_full_disk_leaves_the_build_as_it_was(finished_run, data, tmp_path):
    build = shutil.copytree(finished_run[0], tmp_path / "build")
    before = {path.name: path.read_bytes() for path in build.iterdir() if path.is_file()}
    # A write that makes a file larger than 1 MB fails, as on a full disk.
    result = train(
        *(data, build, "--epochs", 4, "--resume"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
    )
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert "train: error: " in result.stderr
    after = {path.name: path.read_bytes() for path in build.iterdir() if path.is_file()}
    assert after == before
    assert not list(build.glob(".unfinished-*"))
