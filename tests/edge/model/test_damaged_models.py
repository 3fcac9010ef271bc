"""A model file that is damaged, hostile or no file at all: one line and exit code 2, at once."""

import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from emotion_edge.errors import UserError
from emotion_edge.model.contract import ContractError, dumps
from emotion_edge.model.model_file import SHIPPED, read_model
from tests.edge.command_line import edge, own_lines
from tests.edge.models import CONTRACT, FLOAT32, INT8, crashing, files_of, with_files, without_zip
from tests.edge.waiting import PROMPT_S

GOLDEN = json.loads(files_of(INT8)["golden.json"])


def append(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the int8 network with a zip of these files."""
    stream = io.BytesIO(without_zip(INT8))
    with zipfile.ZipFile(stream, "a", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refuse(content: bytes, folder: Path, match: str, error: type[Exception] = UserError) -> None:
    path = folder / "model.tflite"
    path.write_bytes(content)
    start = time.monotonic()
    with pytest.raises(error, match=match):
        read_model(path)
    assert time.monotonic() - start < PROMPT_S


@pytest.mark.parametrize("path", [INT8, SHIPPED], ids=["tiny", "shipped"])
def test_one_flipped_bit_anywhere_in_the_network_is_refused(path, tmp_path):
    content, size = path.read_bytes(), len(without_zip(path))
    for position in range(8, size, size // 100):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        refuse(damaged, tmp_path, "the network is not the one that was converted; copy it again")


@pytest.mark.parametrize("command", ["run", "compare", "bench", "info"])
def test_no_command_gives_a_runtime_a_network_with_another_digest(command, photos, tmp_path):
    model, network = tmp_path / "model.tflite", without_zip(FLOAT32)
    model.write_bytes(FLOAT32.read_bytes().replace(network, crashing()[: len(network)]))
    words = {
        "run": ("--model", model, "--source", photos, "--faces", "off"),
        "info": (model,),
        "compare": (FLOAT32, model, "--images", photos),
        "bench": ("--model", model, "--frames", 2, "--faces", "off"),
    }
    result = edge(command, *words[command])
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert line.endswith(f"{model}: the network is not the one that was converted; copy it again")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    bomb = bytes(100 * 1024**2)
    refuse(append({"contract.json": bomb}), tmp_path, "unpacks to 104,857,600 bytes", ContractError)
    whole = {"contract.json": dumps(CONTRACT).encode()}
    refuse(append({**whole, "labels.txt": bomb}), tmp_path, "unpacks to", ContractError)
    lie = append({"contract.json": bytes(10**6)})
    lie = lie.replace((10**6).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    refuse(lie, tmp_path, "no contract inside", ContractError)
    large = append({"contract.json": b" " * 10**6})
    refuse(large, tmp_path, r"contract\.json is larger than 262,144 bytes", ContractError)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_a_limit_are_refused(method, tmp_path):
    content = append({"contract.json": dumps(CONTRACT).encode()}, method)
    refuse(content, tmp_path, "another method than deflate", ContractError)


def test_a_long_or_ambiguous_list_of_files_is_refused(tmp_path):
    many = append({f"{i}": b"" for i in range(65)})
    refuse(many, tmp_path, "has 65 files, allowed: 64", ContractError)
    long = append({"a" * 20_000: b""})
    refuse(long, tmp_path, "has 1 files, allowed", ContractError)
    stream = io.BytesIO(append({"contract.json": dumps(CONTRACT).encode()}))
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("contract.json", dumps(CONTRACT))
    refuse(stream.getvalue(), tmp_path, "two files in the zip", ContractError)


def black(side: int, kind: str) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (side, side)).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    "picture", [black(3000, "PNG"), b"", black(8, "JPEG")], ids=["a bomb", "empty", "a JPEG"]
)
def test_a_golden_picture_that_is_none_is_refused(picture, tmp_path):
    content = with_files(INT8, png=picture)
    refuse(content, tmp_path, "its golden vector is damaged; copy the model again")


BAD_VALUES = {
    "logits of 400 digits": {"logits": [10**400, 0, 0]},
    "an infinite logit": {"logits": [float("inf"), 0, 0]},
    "a truth value for a logit": {"logits": [True, 0, 0]},
    "nested logits": {"logits": [[0.0], [0.0], [0.0]]},
    "two logits": {"logits": [0.0, 0.0]},
    "an infinite feature": {"embedding": [float("inf"), 0, 0]},
    "a feature of 400 digits": {"embedding": [10**400, 0, 0]},
    "a huge feature": {"embedding": [1e7, 0, 0]},
    "features that are text": {"embedding": ["0", "1", "0"]},
    "four features": {"embedding": [0.0, 0.0, 0.0, 0.0]},
    "a negative tolerance of features": {"embedding_tolerance": -1},
    "a tolerance of features that is not a number": {"embedding_tolerance": float("nan")},
    "a score above one": {"scores": [2.0, 0.0, 0.0]},
    "scores that are text": {"scores": ["0", "1", "0"]},
    "a tolerance that is not a number": {"tolerance": float("nan")},
    "an infinite tolerance": {"tolerance": float("inf")},
    "a negative tolerance": {"tolerance": -1},
    "ESC in a reason": {"tolerance_from": "\x1b[2J"},
    "a long reason": {"tolerance_from": "a" * 101},
    "a label that is a list": {"label": ["red"]},
    "no digest": {"sha256": None},
    "a short digest": {"sha256": "ab"},
    "another alphabet": {"sha256": "g" * 64},
    "an unknown key": {"more": 1},
}


@pytest.mark.parametrize("kind", BAD_VALUES)
def test_every_value_of_the_golden_vector_is_checked(kind, tmp_path):
    text = json.dumps(GOLDEN | BAD_VALUES[kind]).encode()
    refuse(with_files(INT8, json=text), tmp_path, "its golden vector is damaged")


@pytest.mark.parametrize("key", GOLDEN)
def test_every_value_of_the_golden_vector_must_be_there(key, tmp_path):
    text = json.dumps({name: GOLDEN[name] for name in GOLDEN if name != key}).encode()
    refuse(with_files(INT8, json=text), tmp_path, "its golden vector is damaged")


@pytest.mark.parametrize("names", [["\x1b[2J"], ["a" * 101], ["a"] * 17, [10**400]])
def test_the_list_of_runtimes_is_checked(names, tmp_path):
    content = with_files(INT8, more={"runtimes.json": json.dumps(names).encode()})
    refuse(content, tmp_path, "its list of proven runtimes is damaged")


@pytest.mark.parametrize("command", ["run", "info"])
def test_what_is_no_small_regular_file_is_refused_at_once(command, photos, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(3 * 1024**3)
    reasons = {
        tmp_path / "pipe": "it is a pipe, a device or a socket, not a file",
        "/dev/zero": "it is a pipe, a device or a socket, not a file",
        tmp_path / "sparse": "it has more than 67,108,864 bytes",
    }
    for path, reason in reasons.items():
        words = (path,) if command == "info" else ("--model", path, "--source", photos)
        result = edge(command, *words, timeout=20)
        assert result.returncode == 2
        (line,) = own_lines(result.stderr)
        assert line == f"emotion-edge: error: {path}: cannot read the model: {reason}"


def test_info_describes_a_model_with_another_digest_and_escapes_names(tmp_path):
    path, network = tmp_path / "a\x1b[2J.tflite", without_zip(FLOAT32)
    changed = network.replace(b"\x00\x00\x00\x41", b"\x00\x00\x10\x41")  # a weight
    path.write_bytes(FLOAT32.read_bytes().replace(network, changed))
    result = edge("info", path)
    assert result.returncode == 2
    assert "multiply-adds: 9" in result.stdout
    assert "the network is not the one that was converted" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    assert result.stdout.startswith(str(path).replace("\x1b", r"\x1b"))


def test_a_model_that_is_exchanged_after_it_was_read_changes_nothing(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(INT8.read_bytes())
    model = read_model(path)
    path.write_bytes(b"")
    assert model.network == without_zip(INT8)
    assert model.size == INT8.stat().st_size
