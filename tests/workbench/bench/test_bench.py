"""The benchmarks can be started: their imports exist, and their help teaches."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from skimage import data

from bench._results import HEAD, TITLES, read_results, write_results
from bench._training.speed import print_speed
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.model_file import SHIPPED
from tests.edge.models import INT8
from tests.workbench.conftest import REPOSITORY, overwrite, run

MODULES = sorted(path.stem for path in (REPOSITORY / "bench").glob("*.py") if path.stem[0] != "_")


@pytest.mark.parametrize("module", MODULES)
def test_a_bench_says_how_it_is_run(module):
    result = run(f"bench.{module}", "--help")
    assert result.returncode == 0, result.stderr
    assert f"python -m bench.{module}" in result.stdout


def test_one_part_of_the_results_is_renewed_and_the_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("bench._results.RESULTS", tmp_path / "RESULTS.md")
    first, second = list(TITLES.values())[:2]
    write_results({second: "`b`\n\n```\n2 ms\n```\n", first: "`a`\n\n```\n1 ms\n```\n"})
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.startswith(HEAD)
    assert text.index(first) < text.index("1 ms") < text.index(second) < text.index("2 ms")
    write_results(read_results() | {first: "`a`\n\n```\n3 ms\n```\n"})
    assert (tmp_path / "RESULTS.md").read_text() == text.replace("1 ms", "3 ms")


def test_a_part_that_no_benchmark_writes_stays_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("bench._results.RESULTS", tmp_path / "RESULTS.md")
    first = next(iter(TITLES.values()))
    write_results({"An estimate": "`e`\n\n```\n7 ms\n```\n", first: "`a`\n\n```\n1 ms\n```\n"})
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.index("1 ms") < text.index("## An estimate") < text.index("7 ms")


def test_a_peer_answers_each_line_with_a_line(tmp_path):
    Image.fromarray(data.astronaut()).save(tmp_path / "face.png")
    Image.fromarray(np.zeros((90, 90, 3), np.uint8)).save(tmp_path / "none.png")
    face = FaceDetector().detect(data.astronaut())[0]
    known = {"box": face.box, "eyes": face.eyes}
    asked = [("face.png", None), ("face.png", known), ("none.png", None)]
    lines = [json.dumps({"path": str(tmp_path / name), "face": it}) for name, it in asked]
    result = subprocess.run(
        [sys.executable, "-I", REPOSITORY / "bench/_peers/worker.py", "emotion-edge"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    found, given, none = map(json.loads, result.stdout.splitlines())
    assert found["label"] == given["label"] == "happy"
    assert none["label"] is None
    assert found["ms"] > 0 < given["ms"]


def bench(folder, *names):
    """Run `python -m bench` on the build/ and bench/RESULTS.md of a folder."""
    return subprocess.run(
        [sys.executable, "-m", "bench", *names],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY / 'edge'}{os.pathsep}{REPOSITORY}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_part_is_measured_shown_and_written(tmp_path, monkeypatch):
    (tmp_path / "build").mkdir()
    shutil.copy(INT8, tmp_path / "build/model.tflite")
    result = bench(tmp_path, "frames --memory")
    assert result.returncode == 0, result.stderr
    monkeypatch.setattr("bench._results.RESULTS", tmp_path / "bench/RESULTS.md")
    (section,) = read_results().values()
    assert section.startswith("`python -m bench.frames --memory`, 20")
    assert f"numpy {np.__version__}" in section
    about, table = (block.strip() for block in section.split("```")[1::2])
    assert about.startswith("Measure time and memory of each step") and "python -m" not in about
    assert "build/model.tflite: 8 x 8 x 3 of int8" in table
    assert "detect, whole frame" in table and table in result.stdout


def test_a_part_that_fails_is_not_written(tmp_path):
    result = bench(tmp_path, "frames --memory")
    assert result.returncode == 1
    assert "build/model.tflite: cannot read the model" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "bench").exists()


@pytest.mark.long
def test_training_is_timed_beside_the_original_pipeline(photos, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    print_speed(photos, None, 1)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[0] for row in rows] == ["ours", "original", "memory"]
    assert all(float(row[1]) > 0 for row in rows)


def test_networks_that_cannot_be_used_are_named_before_anything_is_measured(tmp_path):
    overwrite(tmp_path / "damaged.tflite", SHIPPED.read_bytes(), 1000)
    for name, words in (("none.tflite", "cannot read the model"), ("damaged.tflite", "copy it")):
        result = run("bench.models", INT8, tmp_path / name)
        assert (result.returncode, result.stdout) == (2, "")
        assert f"{name}: " in result.stderr and words in result.stderr
