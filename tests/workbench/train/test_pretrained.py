"""Weights files that fine-tuning starts from."""

import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.contract import dumps, loads
from tests.workbench.conftest import overwrite
from train.engine.pretrained import read_pretrained
from train.models import MODELS, contract_of

NAME = "compact.weights.h5"
LABELS = ["angry", "happy", "sad"]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Path, keras.Model]:
    """A folder with weights and contract.json, as training writes them, and the network."""
    folder = tmp_path_factory.mktemp("weights")
    keras.utils.set_random_seed(0)
    model = MODELS["compact"](len(LABELS))
    model.save_weights(folder / NAME)
    (folder / "contract.json").write_text(dumps(contract_of(model, LABELS)))
    return folder, model


@pytest.fixture
def folder(written, tmp_path) -> Path:
    """A copy of that folder."""
    return shutil.copytree(written[0], tmp_path / "copy")


def test_known_labels_keep_their_columns_and_new_ones_start_fresh(written):
    folder, former = written
    pretrained = read_pretrained(folder / NAME, "compact")
    model = MODELS["compact"](4)
    fresh = model.layers[-1].get_weights()[0].copy()
    pretrained.copy_to(model, ["happy", "sad", "tongue out", "wink"])
    kernel, bias = model.layers[-1].get_weights()
    known, known_bias = former.layers[-1].get_weights()
    assert (kernel[:, :2] == known[:, 1:]).all()
    assert (bias[:2] == known_bias[1:]).all()
    assert (kernel[:, 2:] == fresh[:, 2:]).all()
    for layer, other in zip(model.layers[:-1], former.layers[:-1], strict=True):
        for ours, theirs in zip(layer.get_weights(), other.get_weights(), strict=True):
            assert (ours == theirs).all()


def test_the_contract_is_that_of_the_model_of_the_same_name_or_else_contract_json(folder):
    assert read_pretrained(folder / NAME, "compact").contract.labels == tuple(LABELS)
    (folder / "compact.tflite").write_bytes(b"no model")
    with pytest.raises(UserError, match=r"not a \.tflite model"):
        read_pretrained(folder / NAME, "compact")
    (folder / "compact.tflite").unlink()
    (folder / "contract.json").unlink()
    with pytest.raises(UserError, match=r"neither compact\.tflite nor contract\.json beside it"):
        read_pretrained(folder / NAME, "compact")
    (folder / "contract.json").write_text("{}")
    with pytest.raises(UserError, match=r"contract\.json: contract: it has no version"):
        read_pretrained(folder / NAME, "compact")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100_000])


def without_a_layer(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["layers/conv2d_3"]


def of_another_width(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 1, 24), np.float32)


def not_finite(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["layers/conv2d/vars/0"][0, 0, 0, 0] = np.nan


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (Path.unlink, "cannot be read"),
        (cut, "cannot be read"),
        (lambda path: path.write_bytes(b"hello"), "cannot be read"),
        (lambda path: overwrite(path, path.read_bytes()[:6000], 3000), "cannot be read"),
        (lambda path: path.write_bytes(b""), "cannot be read"),
        (without_a_layer, "weights of other sizes than compact"),
        (of_another_width, "weights of other sizes than compact"),
        (not_finite, "not finite"),
        (lambda path: MODELS["deep"](3).save_weights(path), "the weights of deep, not of compact"),
        (lambda path: MODELS["compact"](5).save_weights(path), "compact for 3 labels"),
    ],
)
def test_a_file_that_cannot_be_started_from_is_refused(damage, message, folder):
    damage(folder / NAME)
    with pytest.raises(UserError, match=message) as refused:
        read_pretrained(folder / NAME, "compact")
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(f"--from {folder / NAME}: ")


@pytest.mark.parametrize("name", ["model.keras", "weights.h5", "model.tflite"])
def test_other_files_than_weights_are_refused(name, folder):
    with pytest.raises(UserError, match=r"not a file named \*\.weights\.h5"):
        read_pretrained(folder / name, "compact")


def test_weights_of_pictures_that_were_prepared_otherwise_are_refused(folder):
    path = folder / "contract.json"
    path.write_text(dumps(replace(loads(path.read_bytes()), contrast="none")))
    with pytest.raises(UserError, match="was trained with contrast 'none'"):
        read_pretrained(folder / NAME, "compact")
