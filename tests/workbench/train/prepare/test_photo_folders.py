"""Folders of photographs that are no classes, or not where they should be, are named."""

import os

import pytest
from PIL import Image

from tests.workbench.conftest import run
from tests.workbench.train.prepare.inputs import prepare, write_photos

NAMES = [f"{label}/{label}{i}.png" for label in ("happy", "sad") for i in range(3)]


def test_a_class_without_pictures_is_named(tmp_path, capsys):
    photos = write_photos(tmp_path / "photos", NAMES)
    (photos / "angry").mkdir()
    os.mkfifo(photos / "angry" / "1.jpg")
    (photos / "angry" / "2.mov").touch()
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 0
    errors = capsys.readouterr().err
    assert "photos: no pictures in class folder angry" in errors
    assert "2 files are no pictures: 1 .jpg (angry/1.jpg), 1 .mov (angry/2.mov)" in errors


def test_classes_one_level_too_deep_are_named(tmp_path, capsys):
    write_photos(tmp_path / "photos" / "holiday", NAMES)
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "data") == 0
    errors = capsys.readouterr().err
    assert "only one class, 'holiday'" in errors
    assert "happy, sad. If these are the classes, not holiday, they are one level too" in errors


def test_splits_one_level_too_deep_are_refused(tmp_path, capsys):
    names = [f"{split}/{name}" for split in ("train", "val") for name in NAMES]
    photos = write_photos(tmp_path / "photos" / "archive", names).parent
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 2
    assert f"one level too deep: use --photos {photos / 'archive'}" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["unknown", "Happy"])
def test_the_classes_of_splits_are_checked_like_others(name, tmp_path, capsys):
    names = [f"train/{path}" for path in NAMES] + [f"validation/{name}/{i}.png" for i in range(3)]
    photos = write_photos(tmp_path / "photos", names)
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 2
    assert name in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kind", ["a named pipe", "a device"])
def test_links_to_pipes_and_devices_are_unreadable_photographs(kind, tmp_path):
    photos = write_photos(tmp_path / "photos", NAMES)
    os.mkfifo(tmp_path / "pipe")
    target = tmp_path / "pipe" if kind == "a named pipe" else "/dev/zero"
    (photos / "sad" / "link.jpg").symlink_to(target)
    result = run("train.prepare", "--photos", photos, "--to", tmp_path / "data", timeout=60)
    assert result.returncode == 1
    assert f"left out {photos / 'sad/link.jpg'}: {kind}, not a file" in result.stderr
    assert "1 of 7 pictures could not be read" in result.stderr


def test_a_small_file_with_many_pixels_is_an_unreadable_photograph(tmp_path, capsys):
    photos = write_photos(tmp_path / "photos", NAMES)
    Image.new("1", (9000, 9000)).save(photos / "sad" / "bomb.png")
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 1
    assert "sad/bomb.png: too large: 9000 x 9000 pixels" in capsys.readouterr().err
