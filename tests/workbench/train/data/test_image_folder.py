"""Load data sets whose classes are folders."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.conftest import COLOURS
from tests.workbench.contracts import make_contract
from train.__main__ import main
from train.data.dataset import find_labels, load
from train.data.image_folder import load_split

CONTRACT = make_contract(sorted(COLOURS), 32)


def test_labels_are_the_sorted_folder_names(photos):
    assert find_labels(photos) == ["blue", "green", "red"]


def test_every_picture_of_a_split_is_preprocessed_as_on_the_edge(photos, tmp_path, capsys):
    split = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    paths = sorted((photos / "train").rglob("*.png"))
    expected = np.stack([preprocess(read_image(path), CONTRACT) for path in paths])
    assert np.array_equal(split.images, expected)
    assert split.targets.tolist() == [0] * 12 + [1] * 12 + [2] * 12
    assert "Found 36 images belonging to 3 classes." in capsys.readouterr().out


def test_pictures_of_every_format_and_in_subfolders_are_found(photos, tmp_path):
    picture = Image.open(photos / "train" / "red" / "00.png")
    (photos / "train" / "red" / "more").mkdir()
    for name in ("a.jpg", "b.jpeg", "c.webp", "d.bmp", "more/e.PNG"):
        picture.save(photos / "train" / "red" / name)
    (photos / "train" / "red" / "Thumbs.db").write_bytes(b"not a picture")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 41


def test_the_holdout_is_the_test_split_if_there_is_one(photos, tmp_path):
    assert load(photos, CONTRACT, tmp_path / "cache").holdout_name == "validation"
    shutil.copytree(photos / "train", photos / "test")
    dataset = load(photos, CONTRACT, tmp_path / "cache")
    assert (dataset.holdout_name, len(dataset.holdout.targets)) == ("test", 36)


def test_a_file_name_in_another_encoding_is_read(photos, tmp_path):
    shutil.copy(photos / "train/red/00.png", os.fsencode(photos / "train/red") + b"/caf\xe9.png")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 37


def remove(name):
    return lambda photos: shutil.rmtree(photos / name)


def keep_only_red(photos):
    for split in ("train", "validation"):
        for label in ("blue", "green"):
            shutil.rmtree(photos / split / label)


def add_class(name):
    return lambda photos: (photos / "train" / name).mkdir()


BAD_DATA = {
    "no data folder": (remove(""), "no such folder"),
    "no train folder": (remove("train"), "train/<class>/"),
    "no validation folder": (remove("validation"), "validation/<class>/"),
    "one class": (keep_only_red, "at least 2 classes; only 'red'"),
    "empty class folder": (add_class("pink"), "in class folder pink"),
    "class folder in another encoding": (
        add_class(os.fsdecode(b"caf\xe9")),
        "rename the class folder",
    ),
    "class that train lacks": (
        lambda photos: (photos / "validation" / "red").rename(photos / "validation" / "pink"),
        "train has no class pink",
    ),
}


@pytest.mark.parametrize("kind", BAD_DATA)
def test_bad_data_is_refused_in_one_line_with_exit_code_2(kind, photos, tmp_path, capfd):
    damage, words = BAD_DATA[kind]
    damage(photos)
    assert main(["--data", str(photos), "--build", str(tmp_path / "build")]) == 2
    errors = [line for line in capfd.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 1
    assert words in errors[0]
    assert str(photos) in errors[0]


def test_the_name_of_an_unreadable_picture_is_safe_to_print(photos, tmp_path, capsys):
    folder = photos.rename(tmp_path / "a\x1b[31m") / "train"
    (folder / "red/\x1b[2J.png").write_bytes(b"\xff\xd8\xff no picture")
    load_split(folder, make_contract([*sorted(COLOURS), "violet"], 32), tmp_path / "cache")
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert r"\x1b[2J.png" in err
    assert "left out 1 of 37" in err
    assert "no pictures of violet" in err
