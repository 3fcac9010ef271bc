"""Model files, loaded and run on both runtimes."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.contract import Contract, ContractError, dumps
from emotion_edge.model.model_file import pack, read_model
from emotion_edge.model.runtime import find_runtime
from tests.edge.conftest import COLOURS, FLOAT32, INSTALLED, INT8, command, edge, own_words, solid


def without_zip(path):
    """Return the bare flatbuffer of a model."""
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content[: min(info.header_offset for info in archive.infolist())]


@pytest.mark.parametrize("runtime", INSTALLED)
@pytest.mark.parametrize("path", [INT8, FLOAT32], ids=["int8", "float32"])
@pytest.mark.parametrize("colour", COLOURS)
def test_a_picture_is_named_by_its_colour(runtime, path, colour):
    result = Classifier(path, runtime=runtime).classify(solid(colour))
    assert result.label == colour
    assert result.score == result.scores[colour] == max(result.scores.values())
    assert sum(result.scores.values()) == pytest.approx(1)
    assert list(result.scores) == ["blue", "green", "red"]


def random_scores(path, runtime, threads=1):
    """Return the scores of 50 random pictures, (50, 3)."""
    classifier = Classifier(path, runtime=runtime, threads=threads)
    pictures = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3), np.uint8)
    tints = pictures * np.random.default_rng(1).random((50, 1, 1, 3))
    return np.array([list(classifier.classify(p).scores.values()) for p in tints.astype(np.uint8)])


@pytest.mark.parametrize("runtime", INSTALLED)
def test_int8_is_near_float32(runtime):
    exact, quantised = random_scores(FLOAT32, runtime), random_scores(INT8, runtime)
    assert 0 < np.abs(exact - quantised).max() < 0.02


def test_float32_computes_the_weights_that_were_written_down():
    classifier = Classifier(FLOAT32)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    red, green, blue = image.mean(axis=(0, 1)) / 255
    expected = 8 * np.array([blue, green, red]) - 4
    assert classifier.logits(image) == pytest.approx(expected, abs=1e-5)


@pytest.mark.skipif(len(INSTALLED) < 2, reason="only one TFLite runtime is installed")
@pytest.mark.parametrize(("path", "tolerance"), [(FLOAT32, 1e-6), (INT8, 0.02)])
def test_both_runtimes_agree(path, tolerance):
    first, second = (random_scores(path, runtime) for runtime in INSTALLED)
    assert np.abs(first - second).max() <= tolerance


def test_threads_change_nothing():
    assert np.array_equal(
        random_scores(INT8, INSTALLED[0], threads=2), random_scores(INT8, INSTALLED[0])
    )


def test_packing_gives_the_same_bytes_each_time_and_any_zip_reader_reads_them():
    flatbuffer = without_zip(INT8)
    _, contract = read_model(INT8)
    packed = pack(flatbuffer, contract, {"more": b"a"})
    assert packed == pack(flatbuffer, contract, {"more": b"a"})
    assert INT8.read_bytes().startswith(pack(flatbuffer, contract)[: len(flatbuffer) + 100])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.read("labels.txt") == b"blue\ngreen\nred\n"
        assert json.loads(archive.read("contract.json"))["width"] == 8
        assert archive.read("more") == b"a"


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_unzip_lists_what_is_inside():
    listing = subprocess.run(["unzip", "-l", INT8], capture_output=True, text=True, check=False)
    assert "labels.txt" in listing.stdout
    assert "contract.json" in listing.stdout


def test_a_truncated_model_is_refused_wherever_it_was_cut(tmp_path):
    content, path = INT8.read_bytes(), tmp_path / "cut.tflite"
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(UserError, match=r"cut\.tflite: "):
            Classifier(path)


def test_a_model_cut_within_its_network_is_called_cut_short(tmp_path):
    path = tmp_path / "cut.tflite"
    path.write_bytes(INT8.read_bytes()[:600])
    with pytest.raises(UserError, match="cut short"):
        read_model(path)


def test_no_damage_to_the_appended_zip_gets_past_the_reader(tmp_path):
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
    assert refused > 500  # the other changes hit the golden vector, which only the self-test reads


def with_contract(**changes):
    _, contract = read_model(INT8)
    return pack(without_zip(INT8), replace(contract, **changes))


def _with_text(text):
    stream = io.BytesIO(without_zip(INT8))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("contract.json", text)
    return stream.getvalue()


def _newer():
    _, contract = read_model(INT8)
    return _with_text(json.dumps(json.loads(dumps(contract)) | {"version": 4}))


BAD_MODELS = {
    "an empty file": (lambda: b"", "not a .tflite"),
    "a JPEG": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100), "not a .tflite"),
    "no contract": (lambda: without_zip(INT8), "no contract inside"),
    "a contract that is no contract": (lambda: _with_text("hello"), "not JSON"),
    "a newer contract": (_newer, "version 4, but this emotion-edge reads version 3"),
    "a label too many": (
        lambda: with_contract(labels=("a", "b", "c", "d")),
        r"4 labels for an output of \(1, 3\)",
    ),
    "another input size": (
        lambda: with_contract(width=9),
        r"the input tensor is \(1, 8, 8, 3\), the contract says \(1, 8, 9, 3\)",
    ),
}


@pytest.mark.parametrize("kind", BAD_MODELS)
def test_a_bad_model_is_refused_in_one_line_with_exit_code_2(kind, tmp_path):
    make, words = BAD_MODELS[kind]
    path = tmp_path / "bad.tflite"
    path.write_bytes(make())
    with pytest.raises((UserError, ContractError), match=words):
        Classifier(path)
    result = edge("run", "--model", path, "--source", tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = own_words(result.stderr)
    assert line.startswith("emotion-edge: error: ")
    assert str(path) in line


@pytest.mark.parametrize("name", ["missing.tflite", "."])
def test_a_missing_model_or_a_folder_is_refused(name, tmp_path):
    result = edge("info", tmp_path / name)
    assert result.returncode == 2
    assert "cannot read the model" in result.stderr


def test_auto_takes_the_first_runtime_and_a_missing_one_is_named_with_its_remedy(monkeypatch):
    assert find_runtime()[0] == INSTALLED[0]
    for package in ("ai_edge_litert", "tflite_runtime"):
        monkeypatch.setitem(sys.modules, f"{package}.interpreter", None)
    with pytest.raises(UserError, match=r"litert: .*pip install 'emotion-edge\[litert\]'"):
        find_runtime()


@pytest.mark.parametrize(
    ("name", "package"), [("litert", "ai_edge_litert"), ("tflite-runtime", "tflite_runtime")]
)
def test_a_runtime_asked_for_by_name_is_missed_by_name(name, package):
    program = (
        f"import sys; sys.modules['{package}'] = None\n"
        "from emotion_edge.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = command("info", INT8, "--runtime", name)[3:]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    (line,) = own_words(result.stderr)
    assert f"pip install 'emotion-edge[{name}]'" in line


def test_tflite_runtime_is_not_tried_with_numpy_2(monkeypatch):
    monkeypatch.setattr(np, "__version__", "2.1.0")
    with pytest.raises(UserError, match=r"needs numpy<2, this is numpy 2\.1\.0"):
        find_runtime("tflite-runtime")


def test_info_prints_what_the_file_says(tmp_path):
    result = edge("info", INT8)
    assert result.returncode == 0, result.stderr
    for words in (
        "labels: blue, green, red",
        "activation: sigmoid",
        f"size: {INT8.stat().st_size:,} bytes",
        "input: int8 1 x 8 x 8 x 3, scale 0.00392157, zero_point -128",
        "output: int8 1 x 3, scale ",
        "1 x AVERAGE_POOL_2D",
        "1 x FULLY_CONNECTED",
        "multiply-adds: 9",
        "golden vector: ",
    ):
        assert words in result.stdout


@pytest.mark.parametrize("line", [["info", INT8], ["run", "--model", INT8, "--source"]])
def test_the_command_line_imports_nothing_of_the_workbench(line, photos):
    program = (
        "import sys, emotion_edge.__main__ as e; e.main(sys.argv[1:]); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    arguments = command(*line, *([photos] if line[0] == "run" else []))[3:]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    loaded = set(result.stderr.splitlines()[-1].split())
    assert "emotion_edge" in loaded
    assert not loaded & {"tensorflow", "keras", "train", "convert", "evaluation", "av", "paho"}


def test_a_contract_is_equal_however_it_is_made():
    assert read_model(INT8)[1] == Contract(
        labels=("blue", "green", "red"), width=8, height=8, activation="sigmoid"
    )
