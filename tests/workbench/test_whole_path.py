"""Drawn faces to labels on stdout, as README begins; and real photographs, where there are some."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge.contract import loads
from tests.workbench.conftest import REPOSITORY, run

SHARED = REPOSITORY.parent / "shared" / "data"
SEVEN = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear")


def test_the_original_network_learns_the_drawn_faces_and_the_edge_names_them(tmp_path):
    trained = run("train", "--build", tmp_path, "--epochs", 12, "--early-stopping", 4, timeout=1500)
    assert trained.returncode == 0, trained.stderr
    assert "built-in sample set of drawn faces" in trained.stdout
    for n in (2109, 745, 700):
        assert f"Found {n} images belonging to 7 classes." in trained.stdout
    evaluation = json.loads((tmp_path / "evaluation.json").read_text())
    assert evaluation["split"] == "test"
    assert evaluation["accuracy"] > 0.9

    converted = run("convert", "--build", tmp_path)
    assert converted.returncode == 0, converted.stderr

    frames = tmp_path / "samples" / "frames"
    labelled = run("edge", "run", "--model", tmp_path / "model.tflite", "--source", frames)
    assert labelled.returncode == 0, labelled.stderr
    rows = [json.loads(line) for line in labelled.stdout.splitlines()]
    assert len(rows) == 14
    right = sum(Path(row["source"]).name.startswith(row["label"]) for row in rows)
    assert right >= 11


def write_ferplus(folder: Path, per_split: dict[str, int]) -> Path:
    """Write the first faces of each split that most voters agree on, as class folders."""
    with np.load(SHARED / "ferplus.npz") as archive:
        pack = {name: archive[name] for name in ("images", "votes", "split", "name")}
    votes = pack["votes"][:, : len(SEVEN)]
    top = np.sort(votes, axis=1)
    clear = top[:, -1] > top[:, -2]
    for split, count in per_split.items():
        chosen = np.flatnonzero(clear & (pack["split"] == split))[:count]
        for i in chosen:
            path = folder / split / SEVEN[votes[i].argmax()] / f"{pack['name'][i]}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pack["images"][i]).save(path)
    return folder


@pytest.mark.skipif(not SHARED.exists(), reason="the real photographs are not here")
def test_real_photographs_train_convert_and_run(tmp_path):
    data = write_ferplus(tmp_path / "faces", {"train": 640, "validation": 200})
    trained = run("train", "--data", data, "--build", tmp_path / "build", "--epochs", 2)
    assert trained.returncode == 0, trained.stderr
    assert "Found 640 images belonging to 7 classes." in trained.stdout
    assert loads((tmp_path / "build/contract.json").read_text()).labels == tuple(sorted(SEVEN))
    converted = run("convert", "--build", tmp_path / "build", "--max-drop", 5)
    assert converted.returncode == 0, converted.stderr
    model = tmp_path / "build" / "model.tflite"
    labelled = run("edge", "run", "--model", model, "--source", SHARED / "samples")
    assert labelled.returncode == 0, labelled.stderr
    named = Counter(json.loads(line)["label"] for line in labelled.stdout.splitlines())
    assert named.total() == 57
    assert set(named) <= set(SEVEN)
