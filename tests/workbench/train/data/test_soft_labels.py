"""Votes, and predictions of teachers, and errors in their files."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from emotion_edge.errors import UserError
from tests.workbench.conftest import REPOSITORY, SHARED
from train.data.soft_labels import SoftLabels, read_soft_labels, read_votes, write_soft_labels
from train.prepare.__main__ import main as prepare

LFW = SHARED / "lfw_expressions.zip"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("picture,a,(others)\ntrain/a/1.png,3,0\n", "no column 'b'"),
        ("picture,a,b,(others)\ntrain/a/1.png,3,x,0\n", "not a file of votes"),
        ("picture,a,b,(others)\ntrain/a/1.png,3\n", "not a file of votes"),
        ("picture,a,b,(others)\ntrain/a/1.png,0,0,4\n", "no vote for any label"),
        ("", "not a file of votes"),
        ("garbage\n", "its first column is not picture"),
    ],
)
def test_an_invalid_file_of_votes_is_refused(text, words, tmp_path):
    (tmp_path / "votes.csv").write_text(text)
    with pytest.raises(UserError, match=words):
        read_votes(tmp_path, ["a", "b"], [("a", tmp_path / "train/a/1.png")])


PREDICTED = SoftLabels(
    ["train/a/1.png", "train/b/2 é.png"],
    ["a", "b"],
    np.float32([[0.75, 0.25], [0.125, 0.875]]),
)


def test_predictions_are_read_as_they_were_written_and_found_by_picture(tmp_path):
    write_soft_labels(tmp_path, PREDICTED)
    read = read_soft_labels(tmp_path / "soft_labels.npz")
    assert read[:2] == PREDICTED[:2]
    assert read.scores.dtype == np.float32
    assert np.array_equal(read.scores, PREDICTED.scores)
    found, known = read.of(["train/b/2 é.png", "train/a/1.png", "train/b/2 é.png"], ("a", "b"))
    assert np.array_equal(found, PREDICTED.scores[[1, 0, 1]])
    assert known.all()


def test_a_part_of_the_data_set_is_found_by_its_name():
    whole = PREDICTED._replace(pictures=["fer/train/a/1.png", "lfw/train/a/1.png"])
    part = whole.of_part("lfw")
    assert part.of(["train/a/1.png"], ("a", "b"))[0].tolist() == [[0.125, 0.875]]
    assert whole.of_part("faces") is whole


def test_a_score_is_kept_to_three_digits(tmp_path):
    scores = np.random.default_rng(0).dirichlet(np.ones(2), 2).astype(np.float32)
    write_soft_labels(tmp_path, PREDICTED._replace(scores=scores))
    read = read_soft_labels(tmp_path / "soft_labels.npz")
    assert read.scores == pytest.approx(scores, abs=5e-4)


def test_a_hundredth_of_the_pictures_may_lack_predictions():
    pictures = ["train/b/3.png"] + ["train/a/1.png"] * 99
    found, known = PREDICTED.of(pictures, ["a", "b"])
    assert found.tolist() == [[0.75, 0.25]] * 99
    assert known.tolist() == [False] + [True] * 99
    with pytest.raises(UserError, match=r"2 of 101 pictures, such as train/b/3"):
        PREDICTED.of(["train/b/3.png", *pictures], ["a", "b"])


def test_a_picture_without_predictions_is_named_with_advice():
    with pytest.raises(UserError, match=r"1 of 2 pictures, such as train/a/3"):
        PREDICTED.of(["train/a/1.png", "train/a/3.png"], ["a", "b"])


@pytest.mark.parametrize("labels", [["b", "a"], ["a"], ["a", "b", "c"]], ids=str)
def test_predictions_of_other_labels_are_refused_with_advice(labels):
    with pytest.raises(UserError, match=r"soft labels are of a, b, the .*train the teachers again"):
        PREDICTED.of(["train/a/1.png"], labels)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-200])


def change(**arrays):
    return lambda path: np.savez(path, **{**PREDICTED._asdict(), **arrays})


DAMAGED = {
    "missing": lambda path: path.unlink(),
    "truncated": truncate,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("a,b\n"),
    "one array": lambda path: np.save(path.open("wb"), np.zeros(3)),
    "other arrays": lambda path: np.savez(path, images=np.zeros(3)),
    "objects": change(pictures=np.array([1, None], object)),
    "a number": change(pictures=np.array("train/a/1.png")),
    "fewer": change(scores=PREDICTED.scores[:1]),
    "numbers": change(labels=np.array([0, 1])),
    "whole": change(scores=np.int64([[1, 0], [0, 1]])),
    "nan": change(scores=PREDICTED.scores * np.nan),
    "zeros": change(scores=PREDICTED.scores * 0),
    "logits": change(scores=PREDICTED.scores * 9 - 4),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_file_that_has_no_predictions_is_refused_with_advice(kind, tmp_path):
    write_soft_labels(tmp_path, PREDICTED)
    path = tmp_path / "soft_labels.npz"
    DAMAGED[kind](path)
    with pytest.raises(UserError, match=re.escape(str(path))) as refusal:
        read_soft_labels(path)
    assert refusal.value.remedy == "copy the file again, or train the teachers again"


def test_the_shipped_models_soft_labels_name_the_pictures_that_are_prepared_today(tmp_path):
    if not LFW.exists():
        pytest.skip("needs the faces in colour, which are not part of the repository")
    stored = read_soft_labels(REPOSITORY / "models" / "soft_labels.npz").of_part("lfw")
    names = {Path(picture).name for picture in stored.pictures[::150]}
    sources = {f"{name.rsplit('-', 1)[0]}.jpg" for name in names}
    with zipfile.ZipFile(LFW) as archive:
        chosen = [each for each in archive.namelist() if Path(each).name in sources]
        archive.extractall(tmp_path / "photographs", chosen)
    data = tmp_path / "data"
    options = ("--photos", tmp_path / "photographs", "--split", "0/0/100", "--to", data)
    assert prepare([*map(str, options)]) == 0
    prepared = {path.name for path in data.rglob("*.png")}
    assert len(names) > 40
    assert len(names - prepared) <= 1
