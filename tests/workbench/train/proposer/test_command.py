"""`python -m train.proposer`: from portraits to a network that the edge can load."""

import hashlib
import json
import subprocess

import keras
import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.face_proposer import SMALLEST_FACE, FaceProposer
from tests.workbench.conftest import command, run
from tests.workbench.train.prepare.inputs import write_astronaut
from train.proposer.network import STRIDES, build_network


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder in which a network was trained on few scenes, and the output."""
    folder = tmp_path_factory.mktemp("proposer")
    out, photos = folder / "out", folder / "photos"
    write_astronaut(photos / "neutral" / "astronaut.png")
    few = ("--drawn", "30", "--scenes", "64", "--out", out)
    return out, run("train.proposer", "--photos", photos, *few)


def test_it_writes_all_that_it_names_and_tells_what_the_network_finds(trained):
    out, result = trained
    assert result.returncode == 0, result.stderr
    files = {path.name for path in out.iterdir()}
    assert files >= {"face-proposer.tflite", "face-proposer.keras", "report.json", "portraits.npz"}
    report = json.loads((out / "report.json").read_text())
    assert report["settings"] == {"scenes": 64, "drawn": 30, "seed": 0, "photographs": 1}
    assert "photographs with one face: 1 of 1" in result.stdout
    assert "only one class" not in result.stderr
    assert sum(count["all"] for count in report["recall"]["faces"].values()) > 300
    assert "epoch 4 of 4: loss " in result.stdout
    assert "places are proposed in a scene" in result.stdout
    assert "TensorSpec" not in result.stdout
    digest = hashlib.sha256((out / "face-proposer.tflite").read_bytes()).hexdigest()
    assert f"write its SHA-256, {digest}, into FACE_PROPOSER" in result.stdout


def test_the_tflite_file_says_what_the_keras_network_says(trained):
    out, _ = trained
    model = keras.models.load_model(out / "face-proposer.keras", compile=False)
    network = FaceProposer((out / "face-proposer.tflite").read_bytes())
    pixels = np.random.default_rng(0).integers(0, 256, (320, 416, 3), np.uint8)
    network.propose(Image.fromarray(pixels), SMALLEST_FACE)
    expected = model(pixels[np.newaxis].astype(np.float32) / 127.5 - 1, training=False)
    for stride, score, box in network._heads:
        for index, name in ((score, "score"), (box, "box")):
            found = network._interpreter.get_tensor(index)
            assert found == pytest.approx(np.asarray(expected[f"{name}_{stride}"]), abs=0.01)


def test_a_run_that_was_killed_is_continued(tmp_path):
    words = command("train.proposer", "--drawn", "12", "--scenes", "320", "--out", tmp_path)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout
        first = [killed.stdout.readline() for _ in range(2)]
        killed.kill()
    assert [line.split(":")[0] for line in first] == ["epoch 1 of 4", "epoch 2 of 4"]
    again = run("train.proposer", "--drawn", "12", "--scenes", "320", "--out", tmp_path)
    epochs = [line.split(":")[0] for line in again.stdout.splitlines() if "loss" in line]
    assert epochs[-1] == "epoch 4 of 4"
    assert len(epochs) in (2, 3)  # it may have been killed before the second epoch was kept
    assert not list((tmp_path / "state").iterdir())


def test_the_network_takes_frames_of_any_size():
    model = build_network()
    assert model.count_params() < 80_000
    outputs = model(np.zeros((1, 96, 160, 3), np.float32))
    assert {name: tuple(value.shape) for name, value in outputs.items()} == {
        f"{kind}_{stride}": (1, 96 // stride, 160 // stride, depth)
        for stride in STRIDES
        for kind, depth in (("score", 1), ("box", 3))
    }


def test_a_folder_without_photographs_is_refused(tmp_path):
    (tmp_path / "photos" / "happy").mkdir(parents=True)
    result = run("train.proposer", "--photos", tmp_path / "photos", "--out", tmp_path / "out")
    assert result.returncode == 2
    assert "no pictures in it" in result.stderr
    assert not (tmp_path / "out").exists()


def test_photographs_without_a_face_are_refused_before_anything_is_drawn(tmp_path):
    (tmp_path / "photos" / "people").mkdir(parents=True)
    Image.new("RGB", (160, 160), "grey").save(tmp_path / "photos" / "people" / "wall.png")
    result = run("train.proposer", "--photos", tmp_path / "photos", "--out", tmp_path / "out")
    assert result.returncode == 2
    assert "in none of 1 photographs is exactly one face found" in result.stderr
    assert not (tmp_path / "out").exists()
