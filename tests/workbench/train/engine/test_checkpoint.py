"""Resume interrupted training runs."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.workbench.train.engine.runs import column, start_training, train, wait_for_epoch


def assert_same_losses(build: Path, expected: Path, *, tolerance: float) -> None:
    """Assert that two runs had the same losses in each epoch; tolerance: relative."""
    for name in ("loss", "val_loss"):
        assert column(build, name) == pytest.approx(column(expected, name), rel=tolerance)


def test_a_killed_run_resumes_at_its_last_finished_epoch(finished_run, data, tmp_path):
    process = start_training(data, tmp_path, "--epochs", 4)
    wait_for_epoch(process, tmp_path, 1)
    process.kill()
    process.communicate()
    assert not (tmp_path / "model.keras").exists()
    state = tmp_path / "checkpoint/state.json"
    before = json.loads(state.read_text())
    assert len(before["history"]) < 4
    state.write_text(json.dumps(before | {"seconds": 1000.0}))
    result = train(data, tmp_path, "--epochs", 4, "--resume")
    assert result.returncode == 0, result.stderr
    assert "Epoch 1/4" not in result.stdout
    assert column(tmp_path, "epoch") == column(finished_run[0], "epoch")
    # Order, dropout and optimizer state are the same, so the losses equal those of the other run.
    assert_same_losses(tmp_path, finished_run[0], tolerance=1e-3)
    assert json.loads((tmp_path / "run.json").read_text())["seconds"] > 1000


# Options that the shipped model's recipe sets too, with values for a short run.
RECIPE = ("--average", 0.5, "--warmup-epochs", 1, "--optimizer", "adamw", "--balance", 0.5)
RECIPE += ("--augment", "--learning-rate", 1e-3)


@pytest.mark.long
def test_a_killed_run_with_the_shipped_recipe_resumes_as_well(data, tmp_path):
    options = (*RECIPE, "--epochs", 4)
    whole = train(data, tmp_path / "whole", *options)
    assert whole.returncode == 0, whole.stderr
    process = start_training(data, tmp_path / "cut", *options, stdout=subprocess.DEVNULL)
    wait_for_epoch(process, tmp_path / "cut", 2)
    process.kill()
    process.communicate()
    result = train(data, tmp_path / "cut", *options, "--resume")
    assert result.returncode == 0, result.stderr
    assert "Epoch 2/4" not in result.stdout
    assert "kept the averaged weights after epoch 4" in result.stdout
    assert_same_losses(tmp_path / "cut", tmp_path / "whole", tolerance=2e-3)
    longer = train(data, tmp_path / "cut", "--resume", *RECIPE, "--epochs", 6)
    assert longer.returncode == 2  # the learning rate was scheduled for 4 epochs
    assert "had epochs 4, now it is 6" in longer.stderr


@pytest.mark.long
def test_a_run_killed_in_its_second_teacher_resumes_there(data, tmp_path):
    options = ("--epochs", 2, "--teachers", "simple_cnn", "simple_cnn")
    whole = train(data, tmp_path / "whole", *options)
    assert whole.returncode == 0, whole.stderr
    stale = tmp_path / "cut" / "checkpoint-4"  # from an earlier run
    stale.mkdir(parents=True)
    (stale / "state.json").write_text("{")
    process = start_training(data, tmp_path / "cut", *options, stdout=subprocess.DEVNULL)
    wait_for_epoch(process, tmp_path / "cut", 1, folder="checkpoint-2")
    assert not stale.exists()
    process.kill()
    process.communicate()
    result = train(data, tmp_path / "cut", *options, "--resume")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("Epoch 1/2") == 1  # the student's
    assert_same_losses(tmp_path / "cut", tmp_path / "whole", tolerance=2e-3)
    assert_three_networks(tmp_path / "whole")


def assert_three_networks(build: Path) -> None:
    """Assert that the networks have different seeds, and that the third one is the result."""
    folders = (build / "checkpoint", build / "checkpoint-2", build / "checkpoint-3")
    states = [json.loads((folder / "state.json").read_text()) for folder in folders]
    assert [state["settings"]["seed"] for state in states] == [1, 2, 0]
    assert [state["settings"]["model"] for state in states] == ["simple_cnn"] * 3
    losses = [[row["loss"] for row in state["history"]] for state in states]
    assert losses[2] == column(build, "loss") != losses[0]


def test_resume_refuses_a_run_with_other_settings(finished_run, data):
    build, _ = finished_run
    result = train(data, build, "--resume", "--batch-size", 16, "--seed", 5)
    assert result.returncode == 2
    assert "had batch_size 8, now it is 16" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_run_killed_while_it_saves_resumes_from_the_epoch_before(finished_run, data, tmp_path):
    result = train(data, tmp_path, "--epochs", 3)
    assert result.returncode == 0, result.stderr
    state = (tmp_path / "checkpoint" / "state.json").read_text()
    saved = {path: path.read_bytes() for path in (tmp_path / "checkpoint").iterdir()}
    assert train(data, tmp_path, "--epochs", 4, "--resume").returncode == 0
    # As if killed before the last rename: epoch 4's model is there, its state is not.
    (tmp_path / "checkpoint" / "state.json").write_text(state)
    for path, content in saved.items():
        if not path.exists():  # restore what is removed only after the last rename
            path.write_bytes(content)
    assert train(data, tmp_path, "--epochs", 4, "--resume").returncode == 0
    losses = column(tmp_path, "val_loss")
    assert losses == pytest.approx(column(finished_run[0], "val_loss"), rel=1e-3)
    assert len(list((tmp_path / "checkpoint").iterdir())) == 3
