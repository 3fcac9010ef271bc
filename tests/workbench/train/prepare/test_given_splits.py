"""Photographs that are in folders of splits keep them, FER2013's as well."""

import shutil
import unicodedata

import numpy as np
import pytest
import skimage.data
from PIL import Image

from tests.workbench.train.prepare.inputs import (
    list_pictures,
    prepare,
    read_manifest,
    splits_by_source,
    write_astronaut,
    write_photos,
)

FACE = Image.fromarray(skimage.data.astronaut()[0:200, 130:330]).convert("L")


def _write_fer2013(folder, names):
    """Write a face of 48 x 48 grey pixels for each name, all different."""
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        FACE.resize((48, 48)).point(lambda level, i=seed: level * (1 - i / 100)).save(folder / name)
    return folder


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


def test_fer2013_as_folders_keeps_its_splits_and_every_picture(tmp_path, capsys):
    names = [
        f"train/{label}/Training_{3900 + i}.jpg" for label in ("happy", "sad") for i in range(4)
    ]
    names += [f"test/{label}/PublicTest_{i}.jpg" for label in ("happy", "sad") for i in (1, 2)]
    names += [f"test/{label}/PrivateTest_{i}.jpg" for label in ("happy", "sad") for i in (3, 4)]
    fer = _write_fer2013(tmp_path / "fer", names)
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    output = capsys.readouterr().out
    assert "16 name nobody; 0 people named" in output
    assert "16 pictures: 16 written" in output
    by_source = splits_by_source(tmp_path / "data")
    assert {by_source[name] for name in names if "Training" in name} == {"train"}
    assert {by_source[name] for name in names if "PublicTest" in name} == {"validation"}
    assert {by_source[name] for name in names if "PrivateTest" in name} == {"test"}


def test_one_split_of_fer2013_is_divided(tmp_path, capsys):
    names = [f"{label}/Training_{i}.jpg" for label in ("happy", "sad") for i in range(10, 20)]
    fer = _write_fer2013(tmp_path / "fer", names)
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    assert set(splits_by_source(tmp_path / "data").values()) == {"train", "validation", "test"}
    assert "0 people named" in capsys.readouterr().out


def test_a_face_of_fer2013_that_is_not_found_is_kept_whole(tmp_path):
    grey = Image.fromarray(np.full((48, 48), 90, np.uint8))
    names = [f"train/happy/Training_{i}.png" for i in range(2)]
    fer = _write_fer2013(tmp_path / "fer", [*names, "validation/happy/PublicTest_4.png"])
    grey.save(fer / names[0])
    assert prepare("--photos", fer, "--to", tmp_path / "data") == 0
    row = read_manifest(tmp_path / "data")[names[0]]
    assert row["outcome"] == "written"


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
    assert "validation: no pictures" in capsys.readouterr().err


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
