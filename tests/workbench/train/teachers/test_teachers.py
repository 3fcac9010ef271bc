"""A network that learns from teachers: trained before it, or from their stored soft labels."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.workbench.conftest import COLOURS, digests, make_photos
from tests.workbench.train.engine.runs import column, train_in_process, train_well
from train.data.soft_labels import SoftLabels, read_soft_labels, write_soft_labels, write_unsure

SHORT = ("--epochs", 2)


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> Path:
    """A data set of two parts; the labels of the second one's red pictures are unsure."""
    folder = tmp_path_factory.mktemp("parts")
    make_photos(folder / "grey", train=8, validation=8)
    make_photos(folder / "web", train=5, validation=6)
    write_unsure(folder / "web", ["red"])
    return folder


def run(data: Path, build: Path, *options: object) -> str:
    """Train for two epochs, and return what was printed."""
    return train_well(data, build, *SHORT, *options)


@pytest.fixture(scope="module")
def taught(parts, tmp_path_factory) -> Path:
    """The build folder of a run with two teachers; tests only read it."""
    build = tmp_path_factory.mktemp("taught")
    run(parts, build, "--teachers", "simple_cnn", "simple_cnn")
    return build


@pytest.mark.long
def test_the_teachers_soft_labels_cover_every_training_picture(parts, taught):
    stored = read_soft_labels(taught / "soft_labels.npz")
    files = {path.relative_to(parts).as_posix() for path in parts.glob("*/train/*/*.png")}
    assert set(stored.pictures) == files
    assert stored.labels == sorted(COLOURS)
    assert stored.scores.sum(axis=1) == pytest.approx(1, abs=2e-3)


def state(taught: Path, folder: str) -> dict:
    """Return the state of the network in a folder of checkpoints."""
    return json.loads((taught / folder / "state.json").read_text())


def test_the_networks_are_trained_one_after_the_other(taught):
    settings = [state(taught, f"checkpoint{n}")["settings"] for n in ("", "-2", "-3")]
    assert [each["model"] for each in settings] == ["simple_cnn"] * 3
    assert [each["seed"] for each in settings] == [1, 2, 0]
    assert [each["soft_labels"] for each in settings] == [False, False, True]
    recipe = json.loads((taught / "run.json").read_text())["recipe"]
    assert recipe["teachers"] == ["simple_cnn"] * 2
    calibration = np.load(taught / "calibration.npz")["labels"]
    assert np.bincount(calibration).tolist() == [13, 13, 13]


def test_a_teacher_learns_from_the_part_that_has_all_classes_for_sure_only(parts, taught, tmp_path):
    run(parts / "grey", tmp_path, "--teachers", "--seed", 1)
    losses = [row["loss"] for row in state(taught, "checkpoint")["history"]]
    assert losses == pytest.approx(column(tmp_path, "loss"), rel=1e-3)


def test_tau_is_written_into_the_contract_without_training_again(parts, taught, tmp_path):
    build = shutil.copytree(taught, tmp_path / "build")
    before = json.loads((build / "contract.json").read_text())
    output = run(parts, build, "--teachers", "simple_cnn", "simple_cnn", "--resume", "--tau", 0.2)
    after = json.loads((build / "contract.json").read_text())
    assert "val_loss" not in output
    assert (before["tau"], after["tau"]) == (0, 0.2)
    assert after == before | {"tau": 0.2}
    assert sum(after["prior"]) == pytest.approx(1)


@pytest.mark.long
def test_stored_soft_labels_train_the_same_network_without_teachers(parts, taught, tmp_path):
    output = run(parts, tmp_path, "--soft-labels-from", taught / "soft_labels.npz")
    assert output.count("val_loss") == 2
    assert not (tmp_path / "checkpoint-2").exists()
    files = (read_soft_labels(build / "soft_labels.npz") for build in (taught, tmp_path))
    assert all(np.array_equal(*arrays) for arrays in zip(*files, strict=True))
    assert column(tmp_path, "loss") == pytest.approx(column(taught, "loss"), rel=5e-3)
    assert json.loads((tmp_path / "run.json").read_text())["recipe"]["teachers"] == []
    run(parts, tmp_path / "alone", "--teachers")
    assert column(tmp_path / "alone", "loss") != pytest.approx(column(taught, "loss"), rel=5e-2)


@pytest.mark.long
def test_a_run_is_not_resumed_with_other_soft_labels(parts, taught, tmp_path):
    path = shutil.copy(taught / "soft_labels.npz", tmp_path)
    run(parts, tmp_path, "--soft-labels-from", path)
    again = train_in_process(parts, tmp_path, *SHORT, "--soft-labels-from", path, "--resume")
    assert (again.returncode, again.stdout.count("val_loss")) == (0, 0)
    stored = read_soft_labels(Path(path))
    write_soft_labels(tmp_path, stored._replace(scores=stored.scores[:, ::-1]))
    before = digests(tmp_path / "checkpoint")
    other = train_in_process(parts, tmp_path, *SHORT, "--soft-labels-from", path, "--resume")
    assert other.returncode == 2
    assert "had taught" in other.stderr
    assert digests(tmp_path / "checkpoint") == before


def test_soft_labels_of_other_pictures_are_refused_before_the_training(data, taught, tmp_path):
    path = taught / "soft_labels.npz"
    result = train_in_process(data, tmp_path, *SHORT, "--soft-labels-from", path)
    assert result.returncode == 2
    assert "no soft labels of 36 of 36 pictures, such as train/blue/00.png" in result.stderr
    assert not (tmp_path / "checkpoint").exists()


def test_pictures_that_the_teachers_have_not_seen_are_left_out(tmp_path):
    data, build = tmp_path / "data", tmp_path / "build"
    make_photos(data, train=34, validation=4)
    pictures = sorted(path.relative_to(data).as_posix() for path in data.glob("train/*/*.png"))
    labels, count = sorted(COLOURS), len(pictures)
    scores = np.full((count - 1, len(labels)), 1 / len(labels), np.float32)
    write_soft_labels(tmp_path, SoftLabels(pictures[1:], labels, scores))
    output = run(data, build, "--soft-labels-from", tmp_path / "soft_labels.npz")
    assert f"left out 1 of {count} pictures: no soft labels of them" in output


def test_teachers_and_their_stored_soft_labels_exclude_each_other(data, taught, tmp_path):
    options = ("--teachers", "simple_cnn", "--soft-labels-from", taught / "soft_labels.npz")
    result = train_in_process(data, tmp_path, *SHORT, *options)
    assert result.returncode == 2
    assert "not allowed with argument" in result.stderr


def test_a_missing_file_of_soft_labels_is_named(data, tmp_path):
    path = tmp_path / "soft_labels.npz"
    result = train_in_process(data, tmp_path, *SHORT, "--soft-labels-from", path)
    assert result.returncode == 2
    assert f"{path}: cannot read soft labels from it" in result.stderr


@pytest.mark.long
def test_without_teachers_unsure_pictures_are_as_if_they_were_not_there(parts, tmp_path):
    run(parts, tmp_path / "with", "--teachers")
    without = shutil.copytree(parts, tmp_path / "without")
    for split in ("train", "validation"):
        shutil.rmtree(without / "web" / split / "red")
    (without / "web/unsure.txt").unlink()
    run(without, tmp_path / "same", "--teachers")
    for name in ("loss", "val_loss"):
        expected = column(tmp_path / "same", name)
        assert column(tmp_path / "with", name) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", ["temperature", "holdout"])
def test_the_files_for_the_conversion_name_the_part_of_each_picture(name, parts, taught):
    arrays = np.load(taught / f"{name}.npz")
    assert len(arrays["parts"]) == len(arrays["labels"])
    assert np.unique(arrays["parts"]).tolist() == [0, 1]
