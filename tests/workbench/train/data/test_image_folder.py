"""Load class folders: supported files, errors, the cache, and the export for conversion."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

import train.data.cache
from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.contract import Contract
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.conftest import COLOURS, call, command, draw, make_photos
from train.__main__ import main
from train.data.export import draw_balanced, select_for_conversion
from train.data.image_folder import find_labels, load, load_split

CONTRACT = Contract(labels=tuple(sorted(COLOURS)), width=32, height=32, activation="softmax")


def test_labels_are_the_sorted_folder_names(photos):
    assert find_labels(photos) == ["blue", "green", "red"]


def test_a_split_holds_every_picture_preprocessed_as_on_the_edge(photos, tmp_path, capsys):
    split = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    paths = sorted((photos / "train").rglob("*.png"))
    expected = np.stack([preprocess(read_image(path), CONTRACT) for path in paths])
    assert np.array_equal(split.images, expected)
    assert split.targets.tolist() == [0] * 12 + [1] * 12 + [2] * 12
    assert "Found 36 images belonging to 3 classes." in capsys.readouterr().out


def test_pictures_of_every_format_and_below_sub_folders_are_found(photos, tmp_path):
    picture = Image.open(photos / "train" / "red" / "00.png")
    (photos / "train" / "red" / "more").mkdir()
    for name in ("a.jpg", "b.jpeg", "c.webp", "d.bmp", "more/e.PNG"):
        picture.save(photos / "train" / "red" / name)
    (photos / "train" / "red" / "Thumbs.db").write_bytes(b"not a picture")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 41


def test_the_second_load_decodes_nothing(photos, tmp_path, monkeypatch):
    first = load_split(photos / "train", CONTRACT, tmp_path / "cache")

    def refuse(path):
        raise AssertionError(f"decoded {path} again")

    monkeypatch.setattr(train.data.cache, "read_image", refuse)
    second = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert np.array_equal(first.images, second.images)


def test_a_changed_file_or_contract_is_decoded_again(photos, tmp_path):
    first = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    draw(photos / "train" / "red" / "00.png", (0, 0, 0), np.random.default_rng(1))
    second = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert not np.array_equal(first.images, second.images)
    smaller = Contract(labels=CONTRACT.labels, width=16, height=16, activation="softmax")
    assert load_split(photos / "train", smaller, tmp_path / "cache").images.shape[1:] == (16, 16, 3)


def test_the_holdout_is_the_test_split_where_there_is_one(photos, tmp_path):
    assert load(photos, CONTRACT, tmp_path / "cache").holdout_name == "validation"
    shutil.copytree(photos / "train", photos / "test")
    dataset = load(photos, CONTRACT, tmp_path / "cache")
    assert (dataset.holdout_name, len(dataset.holdout.targets)) == ("test", 36)


def _truncated_jpeg(path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:-400])


def _bomb(path):
    Image.new("1", (20_000, 20_000)).save(path, "PNG")


UNREADABLE = {
    "truncated": _truncated_jpeg,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("a text file called .jpg"),
    "bomb": _bomb,
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_bad_file_is_named_and_left_out(kind, photos, tmp_path, capsys):
    bad = photos / "train" / "red" / "bad.jpg"
    UNREADABLE[kind](bad)
    split = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert len(split.targets) == 36
    for _ in range(2):  # reported again when it comes from the cache
        told = capsys.readouterr().err
        assert f"left out {bad}: " in told
        assert "left out 1 of 37" in told
        load_split(photos / "train", CONTRACT, tmp_path / "cache")


def test_a_file_without_read_permission_is_named_and_left_out(photos, tmp_path):
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (util-linux) is not installed: root may read everything")
    bad = photos / "train" / "red" / "secret.png"
    shutil.copy(photos / "train" / "red" / "00.png", bad)
    bad.chmod(0)
    training = command("train", "--data", photos, "--build", tmp_path / "build", "--epochs", 1)
    result = call(["setpriv", "--bounding-set=-dac_override,-dac_read_search", *training])
    assert result.returncode == 0, result.stderr
    assert f"left out {bad}: Permission denied" in result.stderr


def test_a_file_that_can_be_read_at_last_is_taken_in(photos, tmp_path):
    link = photos / "train" / "red" / "link.png"
    link.symlink_to(tmp_path / "later.png")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 36
    draw(tmp_path / "later.png", COLOURS["red"], np.random.default_rng(1))
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 37


def test_a_file_name_in_another_encoding_is_read(photos, tmp_path):
    shutil.copy(photos / "train/red/00.png", os.fsencode(photos / "train/red") + b"/caf\xe9.png")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 37


def test_more_than_five_percent_unreadable_stops_the_run_and_caches_nothing(photos, tmp_path):
    for i in range(3):
        (photos / "train" / "red" / f"bad{i}.jpg").write_bytes(b"")
    with pytest.raises(UserError, match=r"3 of 39 pictures cannot be read, more than 5%.*\n.*bad0"):
        load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.u8"))


def _remove(name):
    return lambda photos: shutil.rmtree(photos / name)


def _only_red(photos):
    for split in ("train", "validation"):
        for label in ("blue", "green"):
            shutil.rmtree(photos / split / label)


BAD_DATA = {
    "no data folder": (_remove(""), "no such folder"),
    "no train folder": (_remove("train"), "train/<class>/"),
    "no validation folder": (_remove("validation"), "validation/<class>/"),
    "one class": (_only_red, "at least 2 classes; only 'red'"),
    "empty class folder": (
        lambda photos: (photos / "train" / "pink").mkdir(),
        "in class folder pink",
    ),
    "class folder in another encoding": (
        lambda photos: (photos / "train" / os.fsdecode(b"caf\xe9")).mkdir(),
        "rename the class folder",
    ),
    "class that train lacks": (
        lambda photos: (photos / "validation" / "red").rename(photos / "validation" / "pink"),
        "train has no class pink",
    ),
}


@pytest.mark.parametrize("kind", BAD_DATA)
def test_bad_data_is_refused_in_one_line_with_exit_code_2(kind, photos, tmp_path, capfd):
    spoil, words = BAD_DATA[kind]
    spoil(photos)
    assert main(["--data", str(photos), "--build", str(tmp_path / "build")]) == 2
    errors = [line for line in capfd.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 1
    assert words in errors[0]
    assert str(photos) in errors[0]


def test_a_balanced_draw_has_as_many_of_each_class_and_depends_on_the_seed():
    targets = np.repeat([0, 1, 2], [100, 20, 5])
    draw = draw_balanced(targets, 30, np.random.default_rng(1))
    assert np.bincount(targets[draw]).tolist() == [10, 10, 5]
    assert len(set(draw)) == 25
    assert np.array_equal(draw, draw_balanced(targets, 30, np.random.default_rng(1)))
    assert not np.array_equal(draw, draw_balanced(targets, 30, np.random.default_rng(2)))


def exported(photos, tmp_path, size=30):
    """Return the images that are exported for the conversion, by file."""
    dataset = load(photos, CONTRACT, tmp_path / "cache")
    chosen = select_for_conversion(dataset, size, np.random.default_rng(0))
    return {name: split.images[indices] for name, (split, indices) in chosen.items()}


def unique(images):
    return {image.tobytes() for image in images}


def test_without_a_test_split_a_quarter_of_validation_is_kept_out_of_the_holdout(photos, tmp_path):
    images = exported(photos, tmp_path)
    assert {name: len(part) for name, part in images.items()} == {
        "calibration": 30,
        "temperature": 3,
        "holdout": 9,
    }
    assert not unique(images["temperature"]) & unique(images["holdout"])


def test_with_a_test_split_that_is_the_holdout_and_all_of_validation_is_used(tmp_path):
    photos = make_photos(tmp_path / "photos", train=4, validation=5, test=6)
    images = exported(photos, tmp_path)
    assert [len(part) for part in images.values()] == [12, 15, 18]


def test_a_picture_that_is_in_the_holdout_too_is_not_exported(tmp_path, capsys):
    photos = make_photos(tmp_path / "photos", train=4, validation=5, test=6)
    for split in ("train", "validation"):
        shutil.copy(photos / "test" / "red" / "00.png", photos / split / "red" / "00.png")
    images = exported(photos, tmp_path)
    assert [len(part) for part in images.values()] == [11, 14, 18]
    assert "left out 1 pictures set aside" in capsys.readouterr().err
