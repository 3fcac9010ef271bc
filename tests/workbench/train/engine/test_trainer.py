"""How a training run ends: Ctrl-C, early stopping, divergence and bad options."""

import signal

import pytest

from tests.workbench.conftest import read_history, run, run_in_process
from tests.workbench.train.engine.runs import ARTIFACTS, start_training, wait_for_epoch


@pytest.mark.long
def test_ctrl_c_in_the_first_teacher_ends_the_run_and_keeps_its_model(data, tmp_path):
    process = start_training(data, tmp_path, "--epochs", 2, "--teachers", "simple_cnn")
    assert any(line.startswith("Epoch 2/2") for line in process.stdout)
    process.send_signal(signal.SIGINT)  # in the last epoch: the teacher is complete
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "stopping after this epoch" in errors
    assert (tmp_path / "model.keras").exists()
    assert not (tmp_path / "checkpoint-2").exists()


def test_a_run_that_diverges_fails_and_writes_no_model(data, tmp_path):
    options = ("--epochs", 1, "--batch-size", 8, "--learning-rate", "1e30")
    result = run("train", "--data", data, "--build", tmp_path, *options)
    assert result.returncode == 1, result.stdout
    assert "try a smaller --learning-rate" in result.stderr
    assert not (tmp_path / "model.keras").exists()


def test_ctrl_c_ends_after_the_epoch_and_still_writes_everything(data, tmp_path):
    process = start_training(data, tmp_path, "--epochs", 500)
    wait_for_epoch(process, tmp_path, 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "stopping after this epoch" in errors
    assert {path.name for path in tmp_path.iterdir()} >= ARTIFACTS
    assert 1 <= len(read_history(tmp_path)) < 500


def test_early_stopping_ends_a_run_that_no_longer_improves(data, tmp_path):
    options = ("--epochs", 60, "--early-stopping", 2, "--learning-rate", 0, "--resume")
    result = run("train", "--data", data, "--build", tmp_path, *options)
    assert result.returncode == 0, result.stderr
    assert "no finished epoch to resume" in result.stdout
    assert len(read_history(tmp_path)) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["--optimizer", "nonsense"],
        ["--epochs", "0"],
        ["--model", "nonsense"],
        ["--seed", "-1"],
        ["--warmup-epochs", "20"],
        ["--calibration-size", "2"],
        ["--teachers", "simple_cnn"],
    ],
    ids=" ".join,
)
def test_a_bad_option_ends_with_exit_code_2_and_a_line_that_names_it(arguments, data, tmp_path):
    result = run_in_process("train", "--data", data, "--build", tmp_path, *arguments)
    assert result.returncode == 2
    assert arguments[0] in result.stderr
    assert "Traceback" not in result.stderr
