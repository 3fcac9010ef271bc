"""Which people are found, and what happens if they leave a split empty."""

from pathlib import Path

import pytest

from tests.workbench.train.prepare.inputs import (
    prepare,
    splits_by_source,
    write_astronaut,
    write_photos,
)


@pytest.mark.parametrize("word", ["holiday", "zoo"])
@pytest.mark.parametrize("pattern", ["{word}_{i}.png", "{word}/{i}.png"])
def test_a_person_with_all_photographs_is_refused_before_anything_is_written(
    word, pattern, tmp_path, capsys
):
    names = [f"{label}/{pattern}" for label in ("happy", "sad")]
    names = [name.format(word=word, i=i) for i in range(6) for name in names]
    photos = write_photos(tmp_path / "photos", names)
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 2
    output = capsys.readouterr()
    assert "validation and test would be empty" in output.err
    assert f"{word} 12" in output.err
    assert "rename the files" in output.err
    assert f"1 person named ({word} 12)" in output.out
    assert not (tmp_path / "data").exists()


def test_two_people_cannot_fill_three_splits(tmp_path, capsys):
    names = [f"happy/{name}/{i}.png" for name in ("anna", "ben") for i in range(4)]
    photos = write_photos(tmp_path / "photos", names)
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 2
    assert "would be empty" in capsys.readouterr().err
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "60/40/0") == 0
    assert set(splits_by_source(tmp_path / "data").values()) == {"train", "validation"}
    # Earlier pictures fill their splits, so one more person is enough for the third.
    write_astronaut(photos / "happy" / "carl" / "1.png", 20)
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "40/20/40") == 0
    assert splits_by_source(tmp_path / "data")["happy/carl/1.png"] == "test"


@pytest.mark.parametrize("word", ["Training", "img", "smile", "new", "images", "happiness"])
def test_words_that_name_nobody_do_not_join_the_photographs(word, tmp_path, capsys):
    names = [f"happy/{word}_{i}.png" for i in range(6)] + [f"sad/{word}/{i}.png" for i in range(6)]
    photos = write_photos(tmp_path / "photos", names)
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 0
    assert "12 name nobody; 0 people named" in capsys.readouterr().out
    assert set(splits_by_source(tmp_path / "data").values()) == {"train", "validation", "test"}


def test_both_sessions_of_a_person_of_kdef_are_in_one_split(tmp_path):
    names = [
        f"{label}/{session}{person}{code}S.png"
        for label, code in (("happy", "HA"), ("sad", "SA"))
        for session in "AB"
        for person in ("F01", "F02", "M01", "M02")
    ]
    photos = write_photos(tmp_path / "photos", names)
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "50/25/25") == 0
    of_person: dict[str, set[str]] = {}
    for source, split in splits_by_source(tmp_path / "data").items():
        of_person.setdefault(Path(source).name[1:4], set()).add(split)
    assert {person: len(splits) for person, splits in of_person.items()} == dict.fromkeys(
        ("F01", "F02", "M01", "M02"), 1
    )


def test_an_empty_split_is_an_error_that_says_what_to_do(tmp_path, capsys):
    photos = write_photos(tmp_path / "photos", ["happy/a.png"])
    data = tmp_path / "data"
    assert prepare("--photos", photos, "--to", data) == 2
    error = capsys.readouterr().err
    assert f"{data / 'validation'} and {data / 'test'}: no pictures; add photographs" in error
    write_photos(photos, ["happy/a.png", "happy/b.png"])
    assert prepare("--photos", photos, "--to", data) == 2
    assert "no pictures; add photographs" in capsys.readouterr().err
    assert prepare("--photos", photos, "--to", data, "--split", "60/40/0") == 0


def test_a_person_with_most_of_many_photographs_is_named_as_a_warning(tmp_path, capsys):
    names = [f"happy/beach_{i}.png" for i in range(14)] + [f"sad/x{i}.png" for i in range(6)]
    photos = write_photos(tmp_path / "photos", names)
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 0
    error = capsys.readouterr().err
    assert "'beach' is taken for a person with 14 of 20 photographs" in error


def _prepare_class(names: list[str], folder: Path, *options: str) -> None:
    """Prepare photographs of two classes that name nobody, and those of class sad."""
    others = [f"{label}/x{i}.png" for label in ("happy", "angry") for i in range(22)]
    photos = write_photos(folder / "photos", others + [f"sad/{name}" for name in names])
    assert prepare("--photos", photos, "--to", folder / "data", *options) == 0


def test_a_person_with_a_whole_class_is_named_as_a_warning(tmp_path, capsys):
    _prepare_class([f"beach_{i}.png" for i in range(8)], tmp_path)
    error = capsys.readouterr().err
    assert "class 'sad': 'beach' is taken for a person with 8 of 8 photographs" in error
    assert "none of this class are left for " in error
    assert "rename the files" in error
    assert "add photographs of other people with this expression" in error
    assert "class 'happy'" not in error
    assert "class 'angry'" not in error


def test_a_person_with_most_of_a_large_class_is_named_as_a_warning(tmp_path, capsys):
    names = [f"beach_{i}.png" for i in range(12)] + [f"y{i}.png" for i in range(8)]
    _prepare_class(names, tmp_path)
    error = capsys.readouterr().err
    assert "class 'sad': 'beach' is taken for a person with 12 of 20 photographs" in error
    assert "none of this class" not in error


def test_classes_in_every_wanted_split_are_no_warning(tmp_path, capsys):
    names = [f"{name}/{i}.png" for name in ("anna", "ben") for i in range(4)]
    _prepare_class(names, tmp_path, "--split", "60/40/0")
    assert "is taken for a person" not in capsys.readouterr().err


def test_a_class_of_two_people_is_missing_from_the_third_split(tmp_path, capsys):
    _prepare_class([f"{name}/{i}.png" for name in ("anna", "ben") for i in range(4)], tmp_path)
    error = capsys.readouterr().err
    assert "class 'sad': 'anna' is taken for a person with 4 of 8 photographs" in error
    assert "none of this class are left for " in error
