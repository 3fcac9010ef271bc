"""The files of the networks that find faces: missing, damaged, or others."""

import hashlib
import os
import re
import shutil
from pathlib import Path

import pytest

import emotion_edge
from emotion_edge.faces.blazeface import BLAZEFACE
from emotion_edge.faces.face_proposer import FACE_PROPOSER
from emotion_edge.faces.network_file import INSTALL
from tests.edge.command_line import edge, own_lines
from tests.edge.models import INT8
from tests.edge.pictures import save

DAMAGES = ("missing", "shorter", "one bit", "another network", "too large", "a pipe")


@pytest.fixture(params=[BLAZEFACE, FACE_PROPOSER], ids=lambda network: network.path.stem)
def copied(request, tmp_path) -> Path:
    """The file of a network in a copy of the program."""
    package = Path(emotion_edge.__file__).parent
    shutil.copytree(package, tmp_path / "emotion_edge", ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path / "emotion_edge" / request.param.path.name


def spoil(file: Path, damage: str) -> None:
    content = file.read_bytes()
    file.unlink()
    if damage == "a pipe":
        os.mkfifo(file)
    elif damage != "missing":
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        contents = {
            "shorter": content[:-1],
            "one bit": flipped,
            "another network": INT8.read_bytes(),
            "too large": content + bytes(2**21),
        }
        file.write_bytes(contents[damage])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_missing_or_damaged_file_is_refused_with_what_to_do(damage, copied, tmp_path):
    spoil(copied, damage)
    save(tmp_path / "red.png", "red")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    words = ("--model", INT8, "--source", tmp_path / "red.png")
    result = edge("run", *words, env=environment, cwd=tmp_path, timeout=20)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = own_lines(result.stderr)
    assert re.search(rf"error: {copied}: .* network.*; {re.escape(INSTALL)}$", line), line
    whole_frames = edge("run", *words, "--faces", "off", env=environment, cwd=tmp_path)
    assert whole_frames.returncode == 0, whole_frames.stderr


@pytest.mark.parametrize("damage", ["missing", "one bit"])
def test_doctor_says_the_same(damage, copied, tmp_path):
    spoil(copied, damage)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    words = ("--model", INT8, "--source", save(tmp_path / "red.png", "red"))
    result = edge("doctor", *words, env=environment, cwd=tmp_path)
    (line,) = (line for line in result.stdout.splitlines() if "face finder" in line)
    assert re.search(rf"fail.* {copied}: .* network", line), line
    assert INSTALL in result.stdout
    assert result.returncode == 1


def test_the_digest_is_that_of_the_proposer_in_models():
    digest = hashlib.sha256(FACE_PROPOSER.path.read_bytes()).hexdigest()
    assert FACE_PROPOSER.sha256 == digest, (
        "models/face-proposer.tflite is another network: write its SHA-256 into "
        "edge/emotion_edge/faces/face_proposer.py"
    )
