"""`--resume auto`, which make uses: resume a run with the same settings, otherwise start over."""

import json
import shutil
from pathlib import Path

import pytest

from tests.workbench.conftest import make_photos, overwrite
from tests.workbench.train.engine.runs import column, train_in_process

OPTIONS = ("--epochs", 4, "--resume", "auto")


@pytest.fixture
def build(finished_run, tmp_path) -> Path:
    """A build folder with the checkpoint of a finished run of 4 epochs."""
    shutil.copytree(finished_run[0] / "checkpoint", tmp_path / "checkpoint")
    return tmp_path


def epochs(data: Path, build: Path, *options: object) -> int:
    """Train, and return how many epochs that took. If a run is not resumed, a line says so."""
    there = (build / "checkpoint").exists()
    result = train_in_process(data, build, *OPTIONS, *options)
    assert result.returncode == 0, result.stderr
    count = result.stdout.count("val_loss")  # which Keras prints for each epoch
    assert ("not resumed: " in result.stdout) is (there and count > 0)
    return count


def test_a_run_with_the_same_settings_is_resumed(build, data, finished_run):
    assert epochs(data, build) == 0
    assert column(build, "loss") == column(finished_run[0], "loss")
    assert epochs(data, build, "--calibration-size", 5) == 0


def test_without_a_run_the_first_epoch_comes_first(data, tmp_path):
    assert epochs(data, tmp_path) == 4


# --resume accepts some of these: it would keep the former run's four epochs.
@pytest.mark.parametrize("options", [("--epochs", 2), ("--early-stopping", 3), ("--seed", 7)])
def test_a_run_with_other_settings_is_replaced(options, build, data):
    assert epochs(data, build, *options) > 0


@pytest.mark.long
@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_run_on_other_pictures_is_replaced(split, data, tmp_path):
    photos = shutil.copytree(data, tmp_path / "photos")
    build = tmp_path / "build"
    assert epochs(photos, build, "--epochs", 1) == 1
    make_photos(photos, **{split: 1})
    assert epochs(photos, build, "--epochs", 1) == 1


def without_digests(path: Path) -> None:
    """Write the state as version 0.1 did."""
    state = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in state.items() if name != "sha256"}))


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("state.json", without_digests),
        ("last-*.keras", lambda path: overwrite(path, path.read_bytes(), 8)),
        ("kept-*.weights.h5", Path.unlink),
    ],
)
def test_a_run_that_cannot_be_read_is_replaced(name, damage, build, data):
    (path,) = (build / "checkpoint").glob(name)
    damage(path)
    assert epochs(data, build) == 4


def test_bad_options_are_reported_once_and_leave_the_run(build, data):
    before = (build / "checkpoint" / "state.json").read_bytes()
    result = train_in_process(data, build, *OPTIONS, "--calibration-size", 1)
    assert result.returncode == 2
    assert result.stderr.count("--calibration-size 1: too small") == 1
    assert (build / "checkpoint" / "state.json").read_bytes() == before


@pytest.mark.long
def test_a_run_is_resumed_in_its_second_network(data, tmp_path):
    options = ("--epochs", 1, "--teachers", "simple_cnn")
    assert epochs(data, tmp_path, *options) == 2
    assert epochs(data, tmp_path, *options) == 0
    shutil.rmtree(tmp_path / "checkpoint-2")
    result = train_in_process(data, tmp_path, *OPTIONS, *options)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("val_loss") == 1
    assert "not resumed" not in result.stdout
