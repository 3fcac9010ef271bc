"""The shipped network is small, and more accurate than the original."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from convert.converter import convert, to_logits
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import dumps
from emotion_edge.model.cost import cost
from emotion_edge.model.model_file import pack, read_unverified_model
from tests.workbench.conftest import REPOSITORY, SHARED, make_checkout, run_in_process, run_make
from tests.workbench.tiny_build import save_arrays, seal
from train.models import MODELS, contract_of
from train.prepare.__main__ import main as prepare

FERPLUS = SHARED / "ferplus.npz"


@pytest.fixture(scope="module")
def tenth(tmp_path_factory) -> Path:
    """Every tenth picture of FER+, as a data set."""
    if not FERPLUS.exists():
        pytest.skip("needs FER+ as one file, which is not part of the repository")
    folder = tmp_path_factory.mktemp("tenth")
    with np.load(FERPLUS) as archive:
        arrays = {name: archive[name][::10] for name in ("images", "votes", "split", "name")}
    np.savez(folder / "tenth.npz", **arrays)
    assert prepare(["--npz", str(folder / "tenth.npz"), "--to", str(folder / "data")]) == 0
    return folder / "data"


def train_by_make(data: Path, folder: Path, model: str, flags: str) -> dict[str, float]:
    """Train by `make train` in a checkout of its own and return the evaluation."""
    folder.mkdir()
    python = f'#!/bin/sh\nPYTHONPATH="{REPOSITORY}" exec "{sys.executable}" "$@"\n'
    make_checkout(folder, python)
    run_make(folder, "train", f"MODEL={model}", f"DATA={data}", f"TRAIN_FLAGS={flags}")
    return json.loads((folder / "build" / "evaluation.json").read_text())


@pytest.mark.long
def test_on_a_tenth_of_the_data_compact_is_more_accurate_than_the_original(tenth, tmp_path):
    compact = train_by_make(tenth, tmp_path / "compact", "compact", "--epochs 16 --teachers")
    original = train_by_make(tenth, tmp_path / "original", "simple_cnn", "--epochs 4")
    assert compact["images"] == original["images"] > 300
    assert compact["accuracy"] > original["accuracy"] + 0.03


def test_the_int8_model_is_within_its_budget(tmp_path):
    model = MODELS["compact"](7)
    contract = contract_of(model, list("abcdefg"))
    assert contract.input_shape == (48, 48, 1)
    grey = np.random.default_rng(0).random((8, *contract.input_shape), np.float32)
    logits_model = to_logits(model, batch_size=1)
    flatbuffer = convert(logits_model, variant="int8", representative_dataset=grey)
    (tmp_path / "model.tflite").write_bytes(pack(flatbuffer, contract))
    model_file = read_unverified_model(tmp_path / "model.tflite")
    figures = cost(model_file)
    assert figures["multiply_adds"] == 56_955_776
    assert figures["parameters"] == 966_976
    assert figures["bytes"] <= 1_200_000
    classifier = Classifier(model_file)
    picture = np.full((60, 80, 3), 90, np.uint8)
    assert classifier.classify(picture).logits.shape == (7,)
    assert classifier.network.delegate_nodes == 1  # XNNPACK runs the whole network


def test_grey_pictures_with_stretched_contrast_are_not_stretched_again(tmp_path):
    model = MODELS["compact"](3)
    contract = contract_of(model, ["a", "b", "c"])
    model.save(tmp_path / "model.keras")
    (tmp_path / "contract.json").write_text(dumps(contract))
    rng = np.random.default_rng(0)
    for name in ("calibration", "temperature", "holdout"):
        images = rng.integers(60, 190, (30, *contract.input_shape)).astype(np.uint8)
        arrays = {"labels": np.arange(30) % 3, "classes": np.array(contract.labels)}
        save_arrays(tmp_path / f"{name}.npz", images=images, **arrays)
    seal(tmp_path)
    result = run_in_process("convert", "--build", tmp_path, "--variant", "float32")
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((tmp_path / "convert_report.json").read_text())
    assert list(report["calibration"]["histogram"]) == ["grey"]
    for figures in report["variants"][0]["runtimes"].values():
        assert figures["agreement"] == 1
        assert figures["max_score_error"] < 1e-4
