"""DATA/unsure.txt lists the labels that are often wrong in a data set."""

import shutil
import unicodedata

import numpy as np
import pytest

from emotion_edge.errors import UserError
from tests.workbench.conftest import COLOURS, make_photos
from tests.workbench.contracts import make_contract
from train.__main__ import main
from train.data.dataset import load
from train.data.image_folder import load_split
from train.data.soft_labels import read_unsure, write_unsure

LABELS = sorted(COLOURS)
CONTRACT = make_contract(LABELS, 16)


@pytest.fixture
def web(tmp_path):
    """A part whose red pictures are unsure, beside another part of a data set."""
    make_photos(tmp_path / "data/grey", train=3, validation=2, test=1)
    web = make_photos(tmp_path / "data/web", train=2, validation=1, test=1)
    write_unsure(web, ["red"])
    return web


@pytest.mark.parametrize("text", ["red\nblue\n", "red\nblue", "\n red \r\n\nblue\t\n\n"])
def test_empty_lines_and_space_around_a_label_are_ignored(text, tmp_path):
    (tmp_path / "unsure.txt").write_bytes(text.encode())
    assert read_unsure(tmp_path, LABELS) == ["red", "blue"]


def test_what_is_written_is_read_and_without_the_file_all_labels_are_sure(tmp_path):
    assert read_unsure(tmp_path, LABELS) == []
    write_unsure(tmp_path, ["green", "blue"])
    assert read_unsure(tmp_path, LABELS) == ["green", "blue"]


def test_a_decomposed_name_is_its_label(tmp_path):
    label = unicodedata.normalize("NFC", "fröhlich")
    write_unsure(tmp_path, [unicodedata.normalize("NFD", label)])
    assert read_unsure(tmp_path, [label, "red"]) == [label]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"red\npink\n", "unsure.txt: 'pink': no label of this data set, which has blue, green"),
        (b"caf\xe9\n", "unsure.txt: cannot read it"),
        (b"red\n" * 100_000, "unsure.txt: cannot read it: .*more than"),
    ],
)
def test_a_file_that_lists_no_labels_is_refused(content, words, photos, tmp_path, capsys):
    (photos / "unsure.txt").write_bytes(content)
    with pytest.raises(UserError, match=words):
        load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert main(["--data", str(photos), "--build", str(tmp_path / "build")]) == 2
    assert str(photos / "unsure.txt") in capsys.readouterr().err


def test_pictures_with_unsure_labels_are_only_in_training(web, tmp_path):
    dataset = load(web.parent, CONTRACT, tmp_path / "cache")
    training = dataset.training
    unsure = [path for path, is_so in zip(training.pictures, training.unsure, strict=True) if is_so]
    assert unsure == ["web/train/red/00.png", "web/train/red/01.png"]
    assert np.bincount(dataset.validation.targets).tolist() == [3, 3, 2]
    assert np.bincount(dataset.holdout.targets).tolist() == [2, 2, 1]
    assert not dataset.validation.unsure.any() and not dataset.holdout.unsure.any()
    assert not any(path.startswith("web/test/red") for path in dataset.holdout.pictures)


def test_the_sure_pictures_keep_all_that_belongs_to_them(web, tmp_path):
    training = load(web.parent, CONTRACT, tmp_path / "cache").training
    sure = training.sure()
    assert len(sure.targets) == len(training.targets) - 2
    for number, picture in enumerate(sure.pictures):
        before = training.pictures.index(picture)
        assert np.array_equal(sure.images[number], training.images[before])
        for name in ("targets", "part", "paths"):
            assert getattr(sure, name)[number] == getattr(training, name)[before]
        assert np.array_equal(sure.votes[number], training.votes[before])


def test_a_run_with_other_unsure_labels_is_another_run(web, tmp_path):
    keys = set()
    for labels in ([], ["red"], ["blue"]):
        write_unsure(web, labels)
        keys.add(load(web.parent, CONTRACT, tmp_path / "cache").training.key)
    assert len(keys) == 3


def test_a_class_without_a_sure_picture_is_an_error(web, tmp_path):
    write_unsure(web.parent / "grey", ["red", "blue"])
    with pytest.raises(UserError, match="train has no picture of red with a sure label: add some"):
        load(web.parent, CONTRACT, tmp_path / "cache")


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_split_without_a_sure_picture_is_an_error(split, web, tmp_path):
    for part in ("grey", "web"):
        for label in ("blue", "green"):
            shutil.rmtree(web.parent / part / split / label)
    shutil.rmtree(web.parent / "grey" / split / "red")
    shutil.copytree(web / split / "red", web.parent / "grey" / split / "green")
    write_unsure(web.parent / "grey", ["green"])
    shutil.copytree(web / "train/red", web / "train/green", dirs_exist_ok=True)
    with pytest.raises(UserError, match=rf"grey/{split}: no picture with a sure label"):
        load(web.parent, CONTRACT, tmp_path / "cache")
