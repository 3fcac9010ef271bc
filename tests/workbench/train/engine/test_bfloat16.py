"""Training in bfloat16, which leaves no bfloat16 in its results."""

import shutil
import subprocess
from pathlib import Path

import keras
import pytest

from convert.flatbuffer import tensor_types
from tests.workbench.conftest import run_in_process
from tests.workbench.train.engine.runs import (
    column,
    start_training,
    train,
    train_in_process,
    wait_for_epoch,
)

OPTIONS = ("--model", "compact", "--bfloat16", "--epochs", 2, "--teachers")


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory) -> Path:
    """The build folder of a run in bfloat16."""
    build = tmp_path_factory.mktemp("bfloat16")
    result = train(data, build, *OPTIONS)
    assert result.returncode == 0, result.stderr
    return build


def dtypes(model: keras.Model) -> tuple[set[str], set[str]]:
    """Return the types in which a network computes and those of its weights."""
    computed = {layer.compute_dtype for layer in model.layers}
    return computed, {str(keras.backend.standardize_dtype(w.dtype)) for w in model.weights}


@pytest.mark.long
def test_the_network_computes_in_bfloat16_and_the_kept_one_in_float32(whole):
    (last,) = (whole / "checkpoint").glob("last-*.keras")
    trained = keras.models.load_model(last, compile=False)
    assert "bfloat16" in dtypes(trained)[0]
    assert trained.layers[-1].compute_dtype == "float32"
    kept = keras.models.load_model(whole / "model.keras", compile=False)
    for computed, weights in (dtypes(kept), ({"float32"}, dtypes(trained)[1] - {"uint32"})):
        assert computed == {"float32"}
        assert weights - {"uint32"} == {"float32"}  # uint32: the state of dropout
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.long
def test_the_converted_model_has_no_bfloat16(whole, tmp_path):
    build = shutil.copytree(whole, tmp_path / "build")
    result = run_in_process("convert", "--build", build, "--variant", "float32")
    assert result.returncode == 0, result.stdout + result.stderr
    assert tensor_types((build / "model.tflite").read_bytes()) <= {"FLOAT32", "INT32"}


@pytest.mark.long
def test_a_resumed_run_equals_an_uninterrupted_one(whole, data, tmp_path):
    process = start_training(data, tmp_path, *OPTIONS, stdout=subprocess.DEVNULL)
    wait_for_epoch(process, tmp_path, 1)
    process.kill()
    process.communicate()
    result = train(data, tmp_path, *OPTIONS, "--resume")
    assert result.returncode == 0, result.stderr
    assert "Epoch 1/2" not in result.stdout
    for name in ("loss", "val_loss"):
        assert column(tmp_path, name) == pytest.approx(column(whole, name), rel=2e-3)


@pytest.mark.long
def test_a_run_in_bfloat16_is_not_resumed_in_float32(whole, data, tmp_path):
    build = shutil.copytree(whole, tmp_path / "build")
    result = train_in_process(data, build, *OPTIONS, "--no-bfloat16", "--resume")
    assert result.returncode == 2
    assert "had bfloat16 True, now it is False" in result.stderr
