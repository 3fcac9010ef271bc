"""Repeated and interrupted runs: the manifest lists the photographs that are done."""

import signal
import subprocess
import time

from PIL import Image

from emotion_edge.imaging.image_files import read_image
from tests.workbench.conftest import REPOSITORY, command, digests
from tests.workbench.train.prepare.inputs import (
    ASTRONAUT,
    list_pictures,
    prepare,
    read_manifest,
    write_astronaut,
)


def test_a_second_run_changes_nothing_and_a_third_adds_new_photographs(photos, tmp_path, capsys):
    data = tmp_path / "data"
    assert prepare("--photos", photos, "--to", data) == 0
    before = digests(data)
    assert prepare("--photos", photos, "--to", data, "--seed", 5) == 0
    assert digests(data) == before
    moved = photos.rename(tmp_path / "elsewhere")
    write_astronaut(moved / "sad" / "anna" / "late.png", 20)
    write_astronaut(moved / "happy" / "ben_77.png", 21)
    assert prepare("--photos", moved, "--to", data, "--seed", 6) == 0
    after = digests(data)
    old_pictures = [name for name in before if name.endswith("png")]
    assert [after[name] for name in old_pictures] == [before[name] for name in old_pictures]
    rows = read_manifest(data)
    assert len(list_pictures(data)) == len(rows) == 11
    same_person = {"sad/anna_01.png": "sad/anna/late.png", "sad/ben-02.png": "happy/ben_77.png"}
    for old, new in same_person.items():
        assert rows[old]["picture"].split("/")[0] == rows[new]["picture"].split("/")[0]
    assert "11 pictures: 11 written" in capsys.readouterr().out


def test_a_killed_run_leaves_complete_pictures_and_the_next_run_continues(tmp_path):
    folder, data = tmp_path / "photos", tmp_path / "data"
    for i in range(30):
        write_astronaut(folder / ("happy" if i % 2 else "sad") / f"p{i % 10}_{i}.png", i)
    program = command("train.prepare", "--photos", folder, "--to", data)
    process = subprocess.Popen(program, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while len(list_pictures(data)) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {name: digests(data)[name] for name in list_pictures(data)}
    assert len(before) >= 3
    for name in before:
        read_image(data / name)  # raises if the file is incomplete
    assert prepare("--photos", folder, "--to", data) == 0
    rows = read_manifest(data)
    assert sorted(row["picture"] for row in rows.values()) == sorted(list_pictures(data))
    assert len(rows) == 30
    assert {name: digests(data)[name] for name in before} == before
    splits = {(row["subject"], row["picture"].split("/")[0]) for row in rows.values()}
    assert len(splits) == 10


def test_a_missing_last_picture_is_written_again_and_half_a_row_is_dropped(photos, tmp_path):
    data = tmp_path / "data"
    assert prepare("--photos", photos, "--to", data) == 0
    whole = list_pictures(data)
    lines = (data / "prepared.csv").read_text().splitlines(keepends=True)
    # As if killed after writing the row and before writing the picture.
    (data / lines[-1].strip().split(",")[-1]).unlink()
    assert prepare("--photos", photos, "--to", data) == 0
    assert list_pictures(data) == whole
    rows = read_manifest(data)
    last = list(rows.values())[-1]
    (data / last["picture"]).unlink()
    (data / "prepared.csv").write_text("".join(lines[:-1]) + lines[-1][:20])
    assert prepare("--photos", photos, "--to", data) == 0
    assert len(list_pictures(data)) == len(read_manifest(data)) == 9


def test_pictures_that_the_user_removed_or_moved_are_not_written_again(photos, tmp_path, capsys):
    data = tmp_path / "data"
    assert prepare("--photos", photos, "--to", data) == 0
    first = data / read_manifest(data)["happy/anna/1.png"]["picture"]
    second = data / read_manifest(data)["happy/anna/2.png"]["picture"]
    first.unlink()
    second.rename(second.parents[1] / "sad" / second.name)
    before = list_pictures(data)
    assert len(before) == 8
    capsys.readouterr()
    assert prepare("--photos", photos, "--to", data) == 0
    assert list_pictures(data) == before
    assert "2 that were written are gone and stay so" in capsys.readouterr().out


def test_a_photograph_without_a_face_is_searched_again_with_other_options(tmp_path):
    folder, data = tmp_path / "photos", tmp_path / "data"
    write_astronaut(folder / "happy" / "big.png")
    small = Image.new("RGB", (640, 480), "grey")
    small.paste(ASTRONAUT.resize((150, 150)), (200, 100))
    small.save(folder / "happy" / "small.png")
    arguments = ("--photos", folder, "--to", data, "--split", "0/0/100")
    assert prepare(*arguments) == 0
    assert read_manifest(data)["happy/small.png"]["outcome"] == "no face"
    assert prepare(*arguments, "--min-face", 16) == 0
    assert read_manifest(data)["happy/small.png"]["outcome"] == "written"
    assert len(list_pictures(data)) == 2


def test_a_file_that_the_manifest_does_not_list_is_not_overwritten(tmp_path, capsys):
    write_astronaut(tmp_path / "photos" / "happy" / "a.png")
    arguments = ("--photos", tmp_path / "photos", "--split", "0/0/100")
    assert prepare(*arguments, "--to", tmp_path / "first") == 0
    (name,) = list_pictures(tmp_path / "first")
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    assert prepare(*arguments, "--to", tmp_path / "data") == 2
    assert f"{path}: prepared.csv does not know this file" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert not (tmp_path / "data" / "prepared.csv").exists()
