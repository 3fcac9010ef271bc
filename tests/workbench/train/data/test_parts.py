"""Data sets of several parts, each with its own splits and class folders."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.model.crop_rule import CROP_FILE, DEFAULT_CROP_RULE, crop_rule_json
from tests.workbench.conftest import COLOURS, make_photos
from tests.workbench.contracts import make_contract
from train.__main__ import main
from train.data.dataset import find_crop_rule, find_labels, find_parts, load
from train.data.image_folder import load_split
from train.data.soft_labels import write_votes

CONTRACT = make_contract(sorted(COLOURS), 16)


@pytest.fixture
def parts(tmp_path) -> Path:
    """A data set of the parts grey, with 3 pictures a class, and web, with 2 a class."""
    make_photos(tmp_path / "data/grey", train=3, validation=2, test=1)
    make_photos(tmp_path / "data/web", train=2, validation=1, test=1)
    return tmp_path / "data"


def read(parts: Path):
    """Load the data set, but its cache is elsewhere."""
    return load(parts, CONTRACT, parts.parent / "cache")


def test_all_parts_are_loaded_together_and_each_picture_knows_its_part(parts):
    dataset = read(parts)
    for split, name, counts in (
        (dataset.training, "train", (9, 6)),
        (dataset.validation, "validation", (6, 3)),
        (dataset.holdout, "test", (3, 3)),
    ):
        assert np.bincount(split.part).tolist() == list(counts)
        alone = [load_split(parts / part / name, CONTRACT, parts / "c") for part in ("grey", "web")]
        assert np.array_equal(split.images, np.concatenate([each.images for each in alone]))
        assert np.array_equal(split.targets, np.concatenate([each.targets for each in alone]))
        assert split.paths == alone[0].paths + alone[1].paths
        assert len(set(split.pictures)) == len(split.pictures)  # although the files' names repeat
        assert split.pictures[-1] == f"web/{name}/red/{split.paths[-1].name}"
        assert split.key not in [each.key for each in alone]


def test_votes_are_those_of_each_part(parts):
    write_votes(parts / "web", sorted(COLOURS), {"train/red/00.png": (1, 2, 3, 4)})
    training = read(parts).training
    given = training.votes[training.pictures.index("web/train/red/00.png")]
    other = training.votes[training.pictures.index("grey/train/red/00.png")]
    assert (given.tolist(), other.tolist()) == ([1, 2, 3, 4], [0, 0, 1, 0])


def test_the_labels_are_those_of_all_parts_together(parts, capsys):
    for split in ("train", "validation", "test"):
        (parts / "web" / split / "red").rename(parts / "web" / split / "pink")
    assert find_labels(parts) == ["blue", "green", "pink", "red"]
    contract = make_contract(find_labels(parts), 16)
    dataset = load(parts, contract, parts.parent / "cache")
    assert np.bincount(dataset.training.targets).tolist() == [5, 5, 2, 3]
    errors = capsys.readouterr().err
    assert f"{parts / 'web/train'}: no pictures of red" in errors
    assert f"{parts / 'grey/train'}: no pictures of pink" in errors


def test_a_part_without_a_class_is_named(parts, capsys):
    shutil.rmtree(parts / "web/validation/green")
    dataset = read(parts)
    assert np.bincount(dataset.validation.targets).tolist() == [3, 2, 3]
    assert f"{parts / 'web/validation'}: no pictures of green" in capsys.readouterr().err


def test_a_part_without_validation_is_an_error_that_names_its_folder(parts, tmp_path, capsys):
    shutil.rmtree(parts / "web/validation")
    assert main(["--data", str(parts), "--build", str(tmp_path / "build")]) == 2
    assert f"{parts / 'web/validation'}: no such folder" in capsys.readouterr().err


def test_a_part_without_test_pictures_is_named_and_the_others_are_tested(parts, capsys):
    read(parts)
    assert "so nothing of it is in the test" not in capsys.readouterr().err
    shutil.rmtree(parts / "grey/test")
    dataset = read(parts)
    assert (dataset.holdout_name, len(dataset.holdout.targets)) == ("test", 3)
    assert dataset.holdout.paths[0].is_relative_to(parts / "web")
    assert f"{parts / 'grey'}: no test/, so nothing of it is in the test" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("split", "words"), [("train", "no pictures in class folder red"), ("validation", "class pink")]
)
def test_an_error_names_the_folder_of_the_part(split, words, parts):
    folder = parts / "web" / split
    if split == "train":
        shutil.rmtree(folder / "red")
        (folder / "red").mkdir()
    else:
        (folder / "red").rename(folder / "pink")
    with pytest.raises(UserError, match=f"{folder}: .*{words}"):
        read(parts)


def test_classes_of_two_parts_that_differ_only_in_capital_letters_are_refused(parts):
    (parts / "web/train/red").rename(parts / "web/train/Red")
    with pytest.raises(UserError, match=f"{parts}: the classes 'Red' and 'red' differ"):
        find_labels(parts)


def test_what_lies_beside_the_parts_is_named(parts, capsys):
    read(parts)
    assert "left out" not in capsys.readouterr().err
    shutil.move(parts / "web/validation", parts / "validation")
    shutil.copytree(parts / "grey/validation", parts / "web/validation")
    (parts / "votes.csv").touch()
    shutil.copytree(parts / "grey", parts / ".cache")
    assert [part.name for part in find_parts(parts)] == ["grey", "web"]
    read(parts)
    errors = capsys.readouterr().err
    assert f"{parts}: 2 folders left out: validation, .cache" in errors
    assert f"{parts}: 1 file is no picture: 1 .csv (votes.csv)" in errors


def test_parts_in_a_folder_with_its_own_pictures_are_not_loaded(parts, capsys):
    shutil.copytree(parts / "grey/train", parts / "train")
    shutil.copytree(parts / "grey/validation", parts / "validation")
    assert len(read(parts).training.targets) == 9
    assert f"{parts}: 2 folders left out: grey, web" in capsys.readouterr().err


def test_the_crop_rule_is_that_of_all_parts(parts):
    assert find_crop_rule(parts) == DEFAULT_CROP_RULE
    other = {"face_width": 3.3, "eye_height": 0.41}
    (parts / "grey" / CROP_FILE).write_text(crop_rule_json(other))
    with pytest.raises(UserError, match=f"{parts / 'web'}: its faces are cropped by .*2.7"):
        find_crop_rule(parts)
    (parts / "web" / CROP_FILE).write_text(crop_rule_json(other))
    assert find_crop_rule(parts) == other
