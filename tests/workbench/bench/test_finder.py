"""`bench.finder`: what its figures are measured on, and folders that it refuses at once."""

import numpy as np
import pytest
from PIL import Image

from bench._finder import nobody
from bench._finder.scenes import NEVER_SEEN, TRAINED_ON, make_scene
from bench._scenes import UNSEEN, photograph
from emotion_edge.faces.detector import DEFAULT_THRESHOLD
from tests.workbench.conftest import run
from train.proposer.backdrops import FACELESS, photographs


def test_the_proposer_has_never_seen_the_backdrops_that_it_is_judged_on():
    assert set(NEVER_SEEN.photographs) == set(UNSEEN)
    assert set(TRAINED_ON.photographs) <= set(FACELESS)
    trained_on = [np.asarray(each) for each in photographs()]
    for name in UNSEEN:
        assert not any(np.array_equal(photograph(name), each) for each in trained_on)


def test_scenes_of_a_seed_are_the_same_again_and_differ_by_their_backdrops():
    first = make_scene(3, NEVER_SEEN)
    again, other = make_scene(3, NEVER_SEEN), make_scene(3, TRAINED_ON)
    assert np.array_equal(first.pixels, again.pixels) and first.faces == again.faces
    assert not np.array_equal(first.pixels, other.pixels)


def test_boxes_are_counted_in_parts_of_a_picture(monkeypatch):
    monkeypatch.setattr(nobody, "PARTS", 2)
    grey = Image.new("RGB", (640, 480), "grey")
    assert nobody.search_parts([grey]) == ([], 2)  # one look at each, and no place to look closer
    face = Image.fromarray(photograph("astronaut")).crop((110, 0, 350, 240))
    scores, looks = nobody.search_parts([face])
    assert scores and min(scores) >= DEFAULT_THRESHOLD
    assert looks > 4


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("bench.finder", ("--photos",)),
        ("bench", ("finder", "--data")),
        ("bench", ("teach", "--people")),
        ("bench.teach", ("--people",)),
    ],
)
def test_a_folder_that_is_not_there_is_refused_before_anything_is_measured(tmp_path, module, words):
    result = run(module, *words, tmp_path / "none")
    assert (result.returncode, result.stdout) == (2, "")
    assert str(tmp_path / "none") in result.stderr
    assert "Traceback" not in result.stderr
