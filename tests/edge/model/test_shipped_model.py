"""The shipped model: its file, its accuracy, and its use as the default."""

import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.model.self_test import run_self_test
from tests.edge.command_line import edge
from tests.edge.models import INSTALLED
from tests.edge.photographs import SAMPLES
from tests.edge.pictures import save

LABELS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")


@pytest.mark.parametrize("runtime", INSTALLED)
def test_it_is_small_and_passes_its_self_test(runtime):
    classifier = Classifier(SHIPPED, runtime=runtime)
    assert "as it must be" in run_self_test(classifier)
    assert classifier.contract.labels == LABELS
    assert 0.4 <= classifier.contract.enter <= 0.7
    assert classifier.contract.temperature != 1  # calibration fitted it
    assert SHIPPED.stat().st_size <= 1_200_000


def test_a_classifier_loads_it_by_default_and_accepts_a_path_as_text():
    assert (
        Classifier().contract == Classifier(str(SHIPPED)).contract == read_model(SHIPPED).contract
    )


def test_run_and_info_use_it_by_default(tmp_path):
    result = edge("run", "--faces", "off", "--source", save(tmp_path / "red.png", "red"))
    assert result.returncode == 0, result.stderr
    assert sorted(json.loads(result.stdout)["scores"]) == list(LABELS)
    description = edge("info").stdout
    assert f"in use: emotion-compact, which comes with this program\n{SHIPPED}\n" in description
    assert "\nparameters: 966,983\n" in description
    assert "\nmultiply-adds: 56,955,776\n" in description
    assert "\ninput: int8 1 x 48 x 48 x 1, " in description


def test_it_classifies_most_photographs_correctly():
    """57 faces, most of them of people who do not exist. It classifies 38 correctly."""
    if not SAMPLES.is_dir():
        pytest.skip("needs the sample photographs, which are not part of the repository")
    result = edge("run", "--source", SAMPLES / "*" / "*.jpg", timeout=300)
    assert result.returncode == 0, result.stderr
    first: dict[str, str] = {}  # the first line of a picture is for its largest face
    for line in map(json.loads, result.stdout.splitlines()):
        first.setdefault(line["source"], line["label"])
    right = Counter(label == Path(path).parent.name for path, label in first.items())
    assert len(first) == 57
    assert right[True] >= 37, {
        p: label for p, label in first.items() if Path(p).parent.name != label
    }


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_colour_makes_no_difference(mode, tmp_path):
    """Its input is grey, so a picture and its grey copy get nearly the same scores."""
    skimage = pytest.importorskip("skimage.data")
    face = Image.fromarray(skimage.astronaut()).crop((140, 20, 310, 190))
    face.convert("L").convert(mode).save(tmp_path / "face.png")
    face.save(tmp_path / "colour.png")
    result = edge("run", "--faces", "off", "--source", tmp_path)
    grey, colour = (json.loads(line)["scores"] for line in reversed(result.stdout.splitlines()))
    assert all(abs(grey[label] - colour[label]) < 0.05 for label in LABELS)
