"""Model files: the network with a zip of contract and labels appended."""

import io
import json
import shutil
import subprocess
import zipfile

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import ContractError, dumps
from emotion_edge.model.model_file import pack, read_model
from tests.edge.command_line import edge, own_lines
from tests.edge.models import CONTRACT, INT8, with_contract, with_outputs, without_zip


def test_packing_is_reproducible_and_gives_a_standard_zip():
    flatbuffer = without_zip(INT8)
    contract = read_model(INT8).contract
    packed = pack(flatbuffer, contract, {"more": b"a"})
    assert packed == pack(flatbuffer, contract, {"more": b"a"})
    assert INT8.read_bytes().startswith(pack(flatbuffer, contract)[: len(flatbuffer) + 100])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.read("labels.txt") == b"blue\ngreen\nred\n"
        assert json.loads(archive.read("contract.json"))["width"] == 8
        assert archive.read("more") == b"a"


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_unzip_lists_the_files():
    listing = subprocess.run(["unzip", "-l", INT8], capture_output=True, text=True, check=False)
    assert "labels.txt" in listing.stdout
    assert "contract.json" in listing.stdout


def test_a_model_truncated_anywhere_is_refused(tmp_path):
    content, path = INT8.read_bytes(), tmp_path / "cut.tflite"
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(UserError, match=r"cut\.tflite: "):
            Classifier(path)


def test_a_model_truncated_in_its_network_is_reported_as_cut_short(tmp_path):
    path = tmp_path / "cut.tflite"
    path.write_bytes(INT8.read_bytes()[:600])
    with pytest.raises(UserError, match=r"the file is cut short.*; copy the file again"):
        read_model(path)


def test_a_damaged_zip_is_read_or_refused(tmp_path):
    path, random = tmp_path / "damaged.tflite", np.random.default_rng(0)
    network = len(without_zip(INT8))
    whole = np.frombuffer(INT8.read_bytes(), np.uint8)
    refused = 0
    for _ in range(2000):
        damaged = whole.copy()
        damaged[random.integers(network, len(whole), 2)] = random.integers(0, 256, 2)
        path.write_bytes(damaged.tobytes())
        try:
            read_model(path)
        except UserError:
            refused += 1
    assert refused > 1900  # the other changes hit fields of the zip that nobody reads


def _with_text(text):
    stream = io.BytesIO(without_zip(INT8))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("contract.json", text)
    return stream.getvalue()


def _newer():
    contract = read_model(INT8).contract
    return _with_text(json.dumps(json.loads(dumps(contract)) | {"version": 5}))


def _of_version_3():
    values = json.loads(dumps(read_model(INT8).contract)) | {"version": 3}
    for name in ("embedding", "prior", "tau"):
        del values[name]
    return _with_text(json.dumps(values))


BAD_MODELS = {
    "an empty file": (lambda: b"", "not a .tflite"),
    "a JPEG": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100), "not a .tflite"),
    "no contract": (lambda: without_zip(INT8), "no contract inside"),
    "a contract that is not JSON": (lambda: _with_text("hello"), "not JSON"),
    "a newer contract": (_newer, "version 5, but this emotion-edge reads version 4; upgrade"),
    "an older contract": (
        _of_version_3,
        "version 3, but this emotion-edge reads version 4; convert the model again",
    ),
    "too many labels": (
        lambda: with_contract(labels=("a", "b", "c", "d")),
        r"the outputs are \(1, 3\) and \(1, 3\), the contract says \(1, 4\) for the labels and "
        r"\(1, 3\) for the embedding; convert",
    ),
    "another embedding": (
        lambda: with_contract(embedding=5),
        r"the contract says \(1, 3\) for the labels and \(1, 5\) for the embedding",
    ),
    "one output": (
        lambda: with_outputs(0),
        r"the outputs are \(1, 3\), the contract says",
    ),
    "three outputs": (
        lambda: with_outputs(0, 1, 1),
        r"the outputs are \(1, 3\) and \(1, 3\) and \(1, 3\), the contract says",
    ),
    "another input size": (
        lambda: with_contract(width=9),
        r"the input tensor is \(1, 8, 8, 3\), the contract says \(1, 8, 9, 3\)",
    ),
}


@pytest.mark.parametrize("kind", BAD_MODELS)
def test_a_bad_model_is_one_line_and_exit_code_2(kind, tmp_path):
    make, expected = BAD_MODELS[kind]
    path = tmp_path / "bad.tflite"
    path.write_bytes(make())
    with pytest.raises((UserError, ContractError), match=expected):
        Classifier(path)
    result = edge("run", "--model", path, "--source", tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = own_lines(result.stderr)
    assert line.startswith("emotion-edge: error: ")
    assert str(path) in line


def test_the_contract_in_the_file_equals_one_made_in_python():
    assert read_model(INT8).contract == CONTRACT
