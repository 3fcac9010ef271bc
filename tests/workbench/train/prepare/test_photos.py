"""Prepare photographs: find the face, crop it and assign it to a split."""

import os
import shutil
import unicodedata

import numpy as np
import pytest
import skimage.data
from PIL import Image

from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import read_image
from tests.workbench.conftest import run
from tests.workbench.train.prepare.inputs import (
    ASTRONAUT,
    list_pictures,
    prepare,
    read_manifest,
    splits_by_source,
    write_astronaut,
    write_photos,
)
from train.prepare.group_split import SPLITS


def test_photographs_with_no_or_several_faces_are_left_out_and_listed(tmp_path, capsys):
    folder = tmp_path / "photos" / "happy"
    write_astronaut(folder / "one.png")
    Image.fromarray(skimage.data.coffee()).save(folder / "none.png")
    face = np.asarray(ASTRONAUT.crop((100, 0, 356, 256)))
    Image.fromarray(np.hstack([face, face])).save(folder / "two.png")
    small = np.asarray(Image.fromarray(face).resize((80, 80)))
    small = np.pad(small, ((0, 176), (0, 0), (0, 0)))
    Image.fromarray(np.hstack([face, small])).save(folder / "background.png")
    assert len(FaceDetector().detect(read_image(folder / "background.png"))) == 2
    only_test = ("--split", "0/0/100")
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "data", *only_test) == 0
    outcomes = {source: row["outcome"] for source, row in read_manifest(tmp_path / "data").items()}
    assert outcomes == {
        "happy/background.png": "written",
        "happy/none.png": "no face",
        "happy/one.png": "written",
        "happy/two.png": "several faces",
    }
    assert len(list_pictures(tmp_path / "data")) == 2
    assert "4 pictures: 2 written, 1 no face, 1 several faces" in capsys.readouterr().out


def test_all_pictures_may_go_into_the_test_split(photos, tmp_path):
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "0/0/100") == 0
    rows = read_manifest(tmp_path / "data").values()
    assert [row["picture"].split("/")[0] for row in rows] == ["test"] * 9


def test_a_persons_pictures_are_all_in_one_split(photos, tmp_path, capsys):
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "40/30/30") == 0
    rows = read_manifest(tmp_path / "data").values()
    assert len(rows) == len(list_pictures(tmp_path / "data")) == 9
    splits = {
        name: {r["picture"].split("/")[0] for r in rows if r["subject"] == name}
        for name in ("anna", "ben")
    }
    assert [len(names) for names in splits.values()] == [1, 1]
    assert {row["picture"].split("/")[0] for row in rows} == set(SPLITS)
    for row in rows:
        assert row["picture"].split("/")[1] == row["source"].split("/")[0]
    assert (
        "9 photographs: 2 are in a person's folder, 4 have a person's name, 3 name nobody; "
        "2 people named" in capsys.readouterr().out
    )


def test_the_same_photograph_under_two_names_is_written_once(tmp_path, capsys):
    write_astronaut(tmp_path / "photos" / "happy" / "a.png")
    write_astronaut(tmp_path / "photos" / "sad" / "b.png")
    only_test = ("--split", "0/0/100")
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "data", *only_test) == 0
    (picture,) = list_pictures(tmp_path / "data")
    assert f"sad/b.png: the same picture is there as {picture}" in capsys.readouterr().err


def test_photographs_keep_the_splits_of_their_folders(tmp_path, capsys):
    names = [
        f"{split}/{label}/{split}-{label}-{i}.png"
        for split in ("Train", "valid", "test")
        for label in ("happy", "sad")
        for i in range(2)
    ]
    photos = write_photos(tmp_path / "photos", names)
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 0
    splits = {"Train": "train", "valid": "validation", "test": "test"}
    for source, split in splits_by_source(tmp_path / "data").items():
        assert split == splits[source.split("/")[0]]
    assert "keep their splits: test, train, validation" in capsys.readouterr().out


def test_the_same_photographs_in_two_splits_leave_one_of_them_empty_which_is_an_error(
    tmp_path, capsys
):
    photos = write_photos(tmp_path / "photos", [f"train/happy/{i}.png" for i in range(3)])
    shutil.copytree(photos / "train", photos / "validation")
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 2
    output = capsys.readouterr()
    assert "6 pictures: 3 written, 3 in another folder, too" in output.out
    assert "validation/happy/0.png: the same picture is there as train/happy/" in output.err
    assert "validation: no pictures; put other photographs" in output.err


def test_a_given_training_split_needs_a_validation_split(tmp_path, capsys):
    photos = write_photos(tmp_path / "photos", ["train/happy/a.png", "test/happy/b.png"])
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 2
    assert "has test and train, but no validation/" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_everything_that_is_left_out_is_named(tmp_path, capsys):
    photos = write_photos(tmp_path / "photos", [f"happy/{i}.png" for i in range(3)])
    shutil.copytree(photos / "happy", photos / "@eaDir")
    (photos / "happy" / "clip.mov").write_bytes(b"a video")
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 0
    errors = capsys.readouterr().err
    assert "1 file is no picture: 1 .mov (happy/clip.mov)" in errors
    assert "1 folder left out: @eaDir" in errors
    assert len(list_pictures(tmp_path / "data")) == 3


def test_a_class_of_which_nothing_is_written_is_named(tmp_path, capsys):
    photos = write_photos(tmp_path / "photos", [f"happy/{i}.png" for i in range(3)])
    (photos / "sad").mkdir()
    Image.fromarray(skimage.data.coffee()).save(photos / "sad" / "none.png")
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 0
    assert "class 'sad': none of its 1 photograph was written" in capsys.readouterr().err


def test_far_fewer_photographs_of_a_class_are_warned_of(tmp_path, capsys):
    names = [f"happy/{i}.png" for i in range(20)] + ["sad/a.png", "sad/b.png"]
    photos = write_photos(tmp_path / "photos", names)
    prepare("--photos", photos, "--to", tmp_path / "data")
    assert "20 pictures of happy against 2 of sad" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_of_classes_are_composed(form, tmp_path):
    label = unicodedata.normalize(form, "fr\u00f6hlich")
    write_astronaut(tmp_path / "photos" / label / "a.png")
    only_test = ("--split", "0/0/100")
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "data", *only_test) == 0
    assert list_pictures(tmp_path / "data")[0].startswith("test/fr\u00f6hlich/")


def test_names_that_are_not_utf_8_are_printed_as_their_bytes(tmp_path):
    for i, name in enumerate((b"ren\xe9", b"anna", b"bob")):
        write_astronaut(tmp_path / "photos" / "happy" / os.fsdecode(name) / "1.png", i)
    arguments = ("--photos", tmp_path / "photos", "--to", tmp_path / os.fsdecode(b"dat\xe9"))
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    result = run("train.prepare", *arguments, env=environment)
    assert (result.returncode, "dat\\udce9" in result.stdout) == (0, True), result.stderr
