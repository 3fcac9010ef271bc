"""Which people are found, and what happens if they leave a split empty or share a photograph."""

import shutil
from pathlib import Path

import pytest

from tests.workbench.train.prepare.inputs import (
    list_pictures,
    prepare,
    read_manifest,
    write_astronaut,
)


def write_photos(folder: Path, names: list[str]) -> Path:
    """Write one photograph for each name, all different, and return the folder."""
    for seed, name in enumerate(names):
        write_astronaut(folder / name, seed)
    return folder


def splits_by_source(data: Path) -> dict[str, str]:
    """Return the split of each photograph that was written."""
    rows = read_manifest(data).items()
    return {source: row["picture"].split("/")[0] for source, row in rows if row["picture"]}


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


@pytest.mark.parametrize(("first", "second"), [("anna", "ben"), ("ben", "anna"), ("anna", "zoe")])
def test_people_with_the_same_photograph_are_in_one_split(first, second, tmp_path):
    photos = tmp_path / "photos"
    names = [f"{label}/{first}/{i}.png" for label in ("happy", "sad") for i in range(2)]
    names += [f"happy/p{i}_1.png" for i in range(1, 6)]
    write_photos(photos, names)
    # All photographs of the second person but one are copies of the first person's.
    shutil.copytree(photos / "happy" / first, photos / "happy" / second)
    write_astronaut(photos / "sad" / second / "own.png", 30)
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 0
    splits = splits_by_source(tmp_path / "data")
    assert splits[f"sad/{first}/0.png"] == splits[f"sad/{second}/own.png"]
    assert len(list_pictures(tmp_path / "data")) == 4 + 5 + 1


def test_all_photographs_of_a_person_may_be_copies(tmp_path):
    photos = write_photos(tmp_path / "photos", [f"happy/p{i}_1.png" for i in range(1, 6)])
    for name in ("zoe", "aaron"):
        shutil.copytree(photos / "happy", photos / "sad" / name)
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "0/0/100") == 0
    assert len(list_pictures(tmp_path / "data")) == 5


def test_a_copy_in_a_later_run_joins_its_person_to_the_earlier_split(tmp_path):
    names = [f"happy/{name}/{i}.png" for name in ("anna", "ben", "carl") for i in range(2)]
    photos = write_photos(tmp_path / "photos", names)
    arguments = ("--photos", photos, "--to", tmp_path / "data", "--split", "40/30/30")
    assert prepare(*arguments) == 0
    before = splits_by_source(tmp_path / "data")
    for i, name in enumerate(("anna", "ben", "carl")):
        shutil.copy(photos / "happy" / name / "0.png", photos / "happy" / f"nickname{name}_1.png")
        write_astronaut(photos / "happy" / f"nickname{name}_2.png", 20 + i)
    assert prepare(*arguments) == 0
    after = splits_by_source(tmp_path / "data")
    for name in ("anna", "ben", "carl"):
        assert after[f"happy/nickname{name}_2.png"] == before[f"happy/{name}/0.png"]


def test_unreadable_photographs_of_several_people_do_not_join_them(tmp_path, capsys):
    photos = tmp_path / "photos"
    write_photos(photos, [f"happy/{name}/1.png" for name in ("anna", "ben", "carl")])
    for name in ("anna", "ben", "carl", "dora"):
        (photos / "happy" / name).mkdir(exist_ok=True)
        (photos / "happy" / name / "gone.png").symlink_to(tmp_path / "nowhere")
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 1
    assert "4 of 7 pictures could not be read" in capsys.readouterr().err
    assert len(set(splits_by_source(tmp_path / "data").values())) == 3


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
