"""People who share a photograph: in one run, and with pictures from earlier runs."""

import itertools
import shutil
from pathlib import Path

import pytest

from tests.workbench.train.prepare.inputs import (
    list_pictures,
    prepare,
    splits_by_source,
    write_astronaut,
    write_photos,
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


def write_three_people(folder: Path) -> tuple[Path, dict[str, str]]:
    """Prepare two photographs of each of three people; return the photographs and their splits."""
    names = [f"happy/{name}/{i}.png" for name in ("anna", "ben", "carl") for i in range(2)]
    photos = write_photos(folder / "photos", names)
    assert prepare("--photos", photos, "--to", folder / "data", "--split", "40/30/30") == 0
    splits = splits_by_source(folder / "data")
    assert len(set(splits.values())) == 3
    return photos, splits


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.permutations(("anna", "ben", "carl"), 2))
)
def test_people_of_earlier_runs_who_share_a_photograph_stay_in_their_splits(
    first, second, tmp_path
):
    photos, before = write_three_people(tmp_path)
    shutil.copy(photos / "happy" / first / "0.png", photos / "happy" / second / "both.png")
    write_astronaut(photos / "happy" / first / "new.png", 30)
    write_astronaut(photos / "sad" / second / "new.png", 31)
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "40/30/30") == 0
    after = splits_by_source(tmp_path / "data")
    assert before.items() <= after.items()
    assert after[f"happy/{first}/new.png"] == before[f"happy/{first}/0.png"]
    assert after[f"sad/{second}/new.png"] == before[f"happy/{second}/0.png"]


def test_new_people_join_the_person_whose_photograph_they_share(tmp_path):
    photos, before = write_three_people(tmp_path)
    # Anna, Ben and Carl are connected by their photographs, but stay apart.
    shutil.copy(photos / "happy" / "anna" / "0.png", photos / "happy" / "ben" / "both.png")
    shutil.copy(photos / "happy" / "ben" / "1.png", photos / "happy" / "carl" / "both.png")
    for i, name in enumerate(("anna", "ben", "carl")):
        shutil.copy(photos / "happy" / name / "1.png", photos / "happy" / f"nickname{name}_1.png")
        # A friend shares a new photograph with the nickname, and has another one.
        for j, other in enumerate((f"nickname{name}_2.png", f"friend{name}_2.png")):
            write_astronaut(photos / "sad" / other, 20 + 2 * i + j)
        shutil.copy(photos / f"sad/nickname{name}_2.png", photos / f"sad/friend{name}_1.png")
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "40/30/30") == 0
    after = splits_by_source(tmp_path / "data")
    for name in ("anna", "ben", "carl"):
        own = before[f"happy/{name}/1.png"]
        assert after[f"sad/friend{name}_1.png"] == after[f"sad/friend{name}_2.png"] == own


def test_photographs_shared_by_all_people_of_earlier_runs_empty_no_split(tmp_path, capsys):
    photos, before = write_three_people(tmp_path)
    for name in ("ben", "carl"):
        shutil.copy(photos / "happy" / "anna" / "0.png", photos / "happy" / name / "all.png")
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "40/30/30") == 0
    assert "would be empty" not in capsys.readouterr().err
    assert splits_by_source(tmp_path / "data") == before


def test_unreadable_photographs_of_several_people_do_not_join_them(tmp_path, capsys):
    photos = tmp_path / "photos"
    write_photos(photos, [f"happy/{name}/1.png" for name in ("anna", "ben", "carl")])
    for name in ("anna", "ben", "carl", "dora"):
        (photos / "happy" / name).mkdir(exist_ok=True)
        (photos / "happy" / name / "gone.png").symlink_to(tmp_path / "nowhere")
    assert prepare("--photos", photos, "--to", tmp_path / "data") == 1
    assert "4 of 7 pictures could not be read" in capsys.readouterr().err
    assert len(set(splits_by_source(tmp_path / "data").values())) == 3
