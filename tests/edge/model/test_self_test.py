"""The self-test: the golden vector reveals a damaged model file or a faulty machine."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import Contract
from emotion_edge.model.model_file import pack, read_model
from emotion_edge.model.self_test import run_self_test
from tests.edge.command_line import edge, own_lines
from tests.edge.models import (
    FLOAT32,
    INSTALLED,
    INT8,
    files_of,
    with_files,
    with_swapped_picture,
    without_zip,
)


def with_values(path: Path, **values: object) -> bytes:
    """Return the model with changed values in its golden.json."""
    return with_files(path, json=json.dumps(golden_vector(path) | values).encode())


def golden_vector(path: Path) -> dict:
    return json.loads(files_of(path)["golden.json"])


def self_test(content: bytes, folder: Path, runtime: str = "auto") -> str | None:
    path = folder / "model.tflite"
    path.write_bytes(content)
    return run_self_test(Classifier(path, runtime=runtime))


@pytest.mark.parametrize("runtime", INSTALLED)
@pytest.mark.parametrize("path", [INT8, FLOAT32], ids=["int8", "float32"])
def test_a_correct_machine_passes(path, runtime):
    passed = run_self_test(Classifier(path, runtime=runtime))
    assert passed.startswith(
        f"{golden_vector(path)['label']}, as it must be; a logit is off by at most "
    )
    assert golden_vector(path)["tolerance_from"] in passed


def test_the_golden_picture_needs_scaling():
    contract = read_model(INT8).contract
    picture = read_image(io.BytesIO(files_of(INT8)["golden.png"]))
    assert picture.shape[0] > contract.height
    assert picture.shape[1] > contract.width
    assert picture.shape[0] * contract.width != picture.shape[1] * contract.height


def test_a_model_without_a_golden_vector_is_refused_and_info_describes_it(tmp_path):
    content = pack(without_zip(INT8), read_model(INT8).contract)
    with pytest.raises(UserError, match="no golden vector inside"):
        self_test(content, tmp_path)
    result = edge("info", tmp_path / "model.tflite")
    assert result.stdout.endswith("golden vector: none\n")
    assert result.returncode == 2
    assert "no golden vector inside" in result.stderr


@pytest.mark.parametrize("path", [INT8, FLOAT32], ids=["int8", "float32"])
def test_swapped_colours_are_detected(path, tmp_path):
    with pytest.raises(UserError, match=r"different results .* is off by .*another --runtime"):
        self_test(with_swapped_picture(path), tmp_path)


def test_another_resampling_is_detected(monkeypatch):
    resize, nearest = Image.Image.resize, Image.Resampling.NEAREST

    def other(image, size, _, box):
        return resize(image, size, nearest, box=box)

    monkeypatch.setattr(Image.Image, "resize", other)
    with pytest.raises(UserError, match="computes different results"):
        run_self_test(Classifier(FLOAT32))


def test_truncation_in_the_input_table_is_detected():
    classifier = Classifier(FLOAT32)
    table = classifier.network.input_table
    classifier.network.input_table = np.floor(table * 127) / np.float32(127)
    with pytest.raises(UserError, match="computes different results"):
        run_self_test(classifier)


def test_logits_that_are_not_numbers_are_detected():
    classifier = Classifier(FLOAT32)
    classifier.network.input_table = np.full(256, np.nan, np.float32)
    with pytest.raises(UserError, match="is off by nan"):
        run_self_test(classifier)


@pytest.mark.parametrize("runtime", INSTALLED)
def test_features_that_are_off_are_detected_although_the_logits_are_right(runtime, tmp_path):
    embedding = golden_vector(INT8)["embedding"]
    content = with_values(INT8, embedding=[*embedding[:-1], embedding[-1] + 0.05])
    expected = r"a feature of the model's own test picture is off by 0\.05, allowed is 0\.0"
    with pytest.raises(UserError, match=expected):
        self_test(content, tmp_path, runtime)


def test_the_contract_of_the_file_is_tested_and_not_a_changed_one():
    classifier = Classifier(INT8)
    classifier.contract = replace(classifier.contract, tau=0.5)
    assert run_self_test(classifier) == run_self_test(Classifier(INT8))


def test_one_changed_byte_in_the_weights_is_detected(tmp_path):
    content, path = bytearray(FLOAT32.read_bytes()), tmp_path / "model.tflite"
    weight = content.index(np.float32(8).tobytes())  # the gain in the fixture
    content[weight] ^= 1  # the last bit: too small to change a logit
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"model\.tflite: the network is not the one"):
        Classifier(path)


def test_any_changed_byte_in_the_golden_picture_or_vector_is_detected(tmp_path):
    content, path = INT8.read_bytes(), tmp_path / "model.tflite"
    with zipfile.ZipFile(INT8) as archive:
        starts = [content.index(archive.read(f"golden.{kind}")) for kind in ("png", "json")]
        sizes = [archive.getinfo(f"golden.{kind}").file_size for kind in ("png", "json")]
    for start, size in zip(starts, sizes, strict=True):
        for position in range(start, start + size, 5):
            damaged = bytearray(content)
            damaged[position] ^= 0x10
            path.write_bytes(damaged)
            with pytest.raises(UserError, match="its golden vector is damaged; copy the model"):
                read_model(path)


@pytest.mark.parametrize(
    "values",
    [
        *(
            {"more": 1},
            {"scores": [1.0]},
            {"logits": []},
            {"tolerance": "wide"},
            {"logits": "high"},
        ),
        *({"embedding": []}, {"embedding": [0.5]}, {"embedding_tolerance": "wide"}),
    ],
)
def test_an_invalid_vector_is_reported_as_damaged(values, tmp_path):
    with pytest.raises(UserError, match="golden vector is damaged"):
        self_test(with_values(INT8, **values), tmp_path)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff"])
def test_a_vector_that_is_not_an_object_is_reported_as_damaged(text, tmp_path):
    with pytest.raises(UserError, match="golden vector is damaged"):
        self_test(with_files(INT8, json=text), tmp_path)


@pytest.mark.parametrize("change", ["labels", "temperature", "activation", "tau"])
def test_a_contract_that_differs_from_the_vector_is_detected(change, tmp_path):
    values = {
        "labels": ("green", "red", "blue"),
        "temperature": 1.5,
        "activation": "softmax",
        "tau": 0.1,
    }
    contract = Contract(**vars(read_model(INT8).contract) | {change: values[change]})
    with pytest.raises(UserError, match="the contract inside gives different scores or labels"):
        self_test(with_files(INT8, contract), tmp_path)


def test_run_warns_when_the_machine_computes_different_results(tmp_path):
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    (tmp_path / "model.tflite").write_bytes(with_swapped_picture(INT8))
    arguments = ("--model", tmp_path / "model.tflite", "--source", tmp_path / "red.png")
    result = edge("run", *arguments, "--faces", "off")
    assert result.returncode == 0
    assert json.loads(result.stdout)["label"] == "red"
    (line,) = own_lines(result.stderr)
    assert "this machine computes different results than convert did" in line
