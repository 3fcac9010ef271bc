"""Nothing in a data set's folders is lost without a word."""

import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from emotion_edge.errors import UserError
from tests.workbench.conftest import COLOURS
from tests.workbench.contracts import make_contract
from train.data.class_folders import describe_files
from train.data.dataset import find_labels, load
from train.data.image_folder import load_split

CONTRACT = make_contract(sorted(COLOURS), 32)
# A box of brands and nothing to decode: an unreadable HEIC picture, whatever is installed.
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def _save_as(photos: Path, name: str, format_: str) -> None:
    Image.open(photos / "train/red/00.png").save(photos / "train" / name, format_)


def test_every_still_picture_is_used_whatever_its_suffix(photos, tmp_path):
    for name, format_ in (("a.jfif", "JPEG"), ("b", "JPEG"), ("c.TIF", "TIFF"), ("d.gif", "GIF")):
        _save_as(photos, f"red/{name}", format_)
    _save_as(photos, "red/e.sad", "GIF")
    _save_as(photos, "red/f.mpo", "MPO")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 42


def test_everything_else_is_counted_and_named_by_kind(photos, tmp_path, capsys):
    for name in ("red/a.mov", "red/b.mov", "blue/notes.txt", "red/.DS_Store", "README"):
        (photos / "train" / name).write_bytes(b"no picture")
    load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert (
        "train: 5 files are no pictures: 2 .mov (red/a.mov, red/b.mov), 1 without suffix (README), "
        "1 .txt (blue/notes.txt), 1 hidden (red/.DS_Store)"
    ) in capsys.readouterr().err


def test_names_of_many_files_are_cut_short_and_printable():
    files = [Path(f"data/{i}.mov") for i in range(9)] + [Path("data/bad\x1b[31m.txt")]
    assert describe_files(Path("data"), files) == (
        "9 .mov (0.mov, 1.mov, 2.mov and 6 more), 1 .txt (bad\\x1b[31m.txt)"
    )


def test_pictures_beside_the_class_folders_are_named(photos, tmp_path, capsys):
    for name in ("a.png", "b"):
        _save_as(photos, name, "PNG")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 36
    assert "left out 2 pictures in no class folder: a.png, b" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["@eaDir", ".cache", "__MACOSX"])
def test_folders_of_other_programs_are_no_classes(name, photos, tmp_path, capsys):
    shutil.copytree(photos / "train/red", photos / "train" / name)
    shutil.copytree(photos / "train/red", photos / "train/blue" / name)
    assert find_labels(photos) == sorted(COLOURS)
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 36
    assert f"2 folders left out: {name}, blue/{name}" in capsys.readouterr().err


def test_linked_folders_are_read(photos, tmp_path):
    shutil.move(photos / "train/red", tmp_path / "red")
    (photos / "train/red").mkdir()
    (photos / "train/red/linked").symlink_to(tmp_path / "red")
    (photos / "train/red/circle").symlink_to("..")
    assert len(load_split(photos / "train", CONTRACT, tmp_path / "cache").targets) == 36


def test_names_that_look_alike_are_one_class(photos, tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "fr\u00f6hlich") for form in ("NFC", "NFD"))
    (photos / "train/red").rename(photos / "train" / decomposed)
    (photos / "train/green/00.png").rename(photos / "train/green.png")
    shutil.copytree(photos / "train/blue", photos / "train" / composed)
    (photos / "validation/red").rename(photos / "validation" / composed)
    labels = find_labels(photos)
    assert labels == ["blue", composed, "green"]
    contract = make_contract(labels, 32)
    dataset = load(photos, contract, tmp_path / "cache")
    assert (dataset.training.targets == 1).sum() == 24
    assert (dataset.validation.targets == 1).sum() == 4


def test_a_model_whose_labels_are_decomposed_finds_its_classes(photos, tmp_path):
    decomposed = unicodedata.normalize("NFD", "fr\u00f6hlich")
    (photos / "train/green").rename(photos / "train" / decomposed)
    contract = replace(CONTRACT, labels=("blue", decomposed, "red"))
    split = load_split(photos / "train", contract, tmp_path / "cache")
    assert (split.targets == 1).sum() == 12


def test_classes_that_differ_only_in_capital_letters_are_refused(photos, tmp_path):
    shutil.copytree(photos / "train/red", photos / "train/Red")
    with pytest.raises(UserError, match="'Red' and 'red' differ only in capital letters"):
        find_labels(photos)
    shutil.rmtree(photos / "train/Red")
    (photos / "validation/red").rename(photos / "validation/Red")
    with pytest.raises(UserError, match="train has no class Red, but red: rename"):
        load(photos, CONTRACT, tmp_path / "cache")


@pytest.mark.parametrize("name", ["valid", "val", "dev", "Validation", "VAL", "eval", "valid-set"])
def test_another_name_of_a_split_is_recognised(name, photos, tmp_path):
    (photos / "validation").rename(photos / name)
    expected = "put pictures into" if name == "valid-set" else f"rename .*{name} to validation"
    with pytest.raises(UserError, match=expected):
        load(photos, CONTRACT, tmp_path / "cache")


def test_a_test_split_of_another_name_is_not_ignored_without_a_word(photos, tmp_path, capsys):
    shutil.copytree(photos / "validation", photos / "Testing")
    (photos / "list.xlsx").touch()
    _save_as(photos, "../loose", "JPEG")
    (photos / "more" / "red").mkdir(parents=True)
    load(photos, CONTRACT, tmp_path / "cache")
    errors = capsys.readouterr().err
    assert f"{photos / 'Testing'}: not used; is it test/?" in errors
    assert "1 file is no picture: 1 .xlsx (list.xlsx)" in errors
    assert "left out 1 picture in no class folder: loose" in errors
    assert "1 folder left out: more" in errors


def test_folders_one_level_too_deep_are_named(photos, tmp_path):
    inner = photos / "unpacked"
    inner.mkdir()
    (photos / "validation").rename(inner / "validation")
    with pytest.raises(UserError, match=f"one level too deep: use --data {inner}"):
        load(photos, CONTRACT, tmp_path / "cache")
    (photos / "train").rename(inner / "faces")
    (photos / "train").mkdir()
    (inner / "faces").rename(photos / "train/faces")
    with pytest.raises(UserError, match=r"blue, green, red in .* are one level too deep"):
        find_labels(photos)


def test_classes_without_a_split_are_named(photos):
    with pytest.raises(UserError, match=r"has blue, green, red: python -m train\.prepare"):
        find_labels(photos / "train")


def test_a_class_within_another_is_named(photos, tmp_path, capsys):
    shutil.copytree(photos / "train/red", photos / "train/blue/red")
    load_split(photos / "train", CONTRACT, tmp_path / "cache")
    assert "blue/red: its pictures are taken for 'blue', not for 'red'" in capsys.readouterr().err


def test_a_class_of_which_nothing_can_be_read_is_an_error(photos, tmp_path):
    contract = make_contract(("blue", "green", "pink", "red"), 32)
    for i in range(100):
        shutil.copy(photos / "train/red/00.png", photos / f"train/red/more-{i}.png")
    (photos / "train/pink").mkdir()
    (photos / "train/pink/a.heic").write_bytes(HEIC)
    with pytest.raises(UserError, match="no picture of class pink can be read: "):
        load_split(photos / "train", contract, tmp_path / "cache")


def test_many_unreadable_pictures_are_an_error_that_says_why(photos, tmp_path):
    for i in range(12):
        (photos / f"train/red/{i}.heic").write_bytes(HEIC)
    with pytest.raises(UserError, match="12 of 48 pictures cannot be read"):
        load_split(photos / "train", CONTRACT, tmp_path / "cache")


def test_an_empty_class_says_what_is_there_instead(photos, tmp_path):
    for path in (photos / "train/red").iterdir():
        path.rename(path.with_suffix(".mov")).write_bytes(b"a video")
    with pytest.raises(UserError, match=r"in class folder red; it has 12 \.mov \(red/00\.mov"):
        load_split(photos / "train", CONTRACT, tmp_path / "cache")


def test_far_fewer_pictures_of_a_class_are_warned_of(photos, tmp_path, capsys):
    load(photos, CONTRACT, tmp_path / "cache")
    assert "against" not in capsys.readouterr().err
    for path in sorted((photos / "train/red").iterdir())[1:]:
        path.unlink()
    load(photos, CONTRACT, tmp_path / "cache")
    assert "12 pictures of blue against 1 of red" in capsys.readouterr().err


def test_classes_within_folders_that_sort_are_named(photos, tmp_path, capsys):
    for name in ("first", "second"):
        (photos / "train" / name).mkdir()
        for label in COLOURS:
            shutil.copytree(photos / "train" / label, photos / "train" / name / label)
    contract = make_contract(("blue", "first", "green", "red", "second"), 32)
    load_split(photos / "train", contract, tmp_path / "cache")
    assert "too deep" not in capsys.readouterr().err
    for label in COLOURS:
        shutil.rmtree(photos / "train" / label)
    load_split(photos / "train", contract, tmp_path / "cache")
    assert "blue, green, red. If these are the classes, not first, second" in (
        capsys.readouterr().err
    )
