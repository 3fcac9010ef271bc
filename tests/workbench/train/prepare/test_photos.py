"""Prepare a data set from photographs: crops, splits, resumption and errors."""

import csv
import json
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.contract import Contract
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.conftest import REPOSITORY, command, digests, pictures
from train.data.image_folder import load_split
from train.prepare.__main__ import main
from train.prepare.group_split import SPLITS

ASTRONAUT = Image.fromarray(skimage.data.astronaut())


def astronaut(path: Path, seed: int = 0) -> Path:
    """Write a photograph of the astronaut; another seed, other bytes and another light."""
    light = np.asarray(ASTRONAUT.resize((256, 256))) * (1 - seed / 100)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(light.astype(np.uint8)).save(path)
    return path


def prepare(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def manifest(data: Path) -> dict[str, dict[str, str]]:
    with (data / "prepared.csv").open() as file:
        return {row["source"]: row for row in csv.DictReader(file)}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Nine photographs, six of them of two people, in two classes."""
    names = ("happy/anna/1.png", "happy/anna/2.png", "sad/anna_01.png", "happy/ben-01.png")
    names += ("sad/ben-02.png", "sad/ben-03.png", "happy/IMG_1.png", "sad/IMG_2.png", "sad/x.png")
    for seed, name in enumerate(names):
        astronaut(tmp_path / "photos" / name, seed)
    return tmp_path / "photos"


@pytest.mark.parametrize("size", [(48, 48), (150, 150), (224, 160)])
@pytest.mark.parametrize("kind", ["as it is", "lying, as phones write it", "cut at its border"])
def test_training_sees_what_the_edge_sees_to_the_pixel(kind, size, tmp_path):
    path = tmp_path / "photos" / "happy" / "photo.jpg"
    path.parent.mkdir(parents=True)
    exif = Image.Exif()
    if kind == "lying, as phones write it":
        exif[0x0112] = 6
        ASTRONAUT.rotate(90, expand=True).save(path, quality=85, exif=exif)
    elif kind == "cut at its border":
        ASTRONAUT.crop((160, 60, 480, 400)).save(path, quality=85)
    else:
        ASTRONAUT.save(path, quality=85)
    assert prepare("--photos", path.parents[1], "--to", tmp_path / "data") == 0
    contract = Contract(
        labels=("happy", "sad"), width=size[0], height=size[1], activation="softmax"
    )
    trained = load_split(tmp_path / "data" / "train", contract, tmp_path / "cache").images
    frame = read_image(path)
    face = FaceDetector().detect(frame)[0]
    seen = preprocess(crop_face(frame, face, crop_rule_of(contract)), contract)
    assert trained.shape == (1, *size[::-1], 3)
    assert np.array_equal(trained[0], seen)
    rule = json.loads((tmp_path / "data" / "crop.json").read_text())
    assert rule == crop_rule_of(contract)


def test_none_or_several_faces_are_left_out_and_listed(tmp_path, capsys):
    folder = tmp_path / "photos" / "happy"
    astronaut(folder / "one.png")
    Image.fromarray(skimage.data.coffee()).save(folder / "none.png")
    face = np.asarray(ASTRONAUT.crop((100, 0, 356, 256)))
    Image.fromarray(np.hstack([face, face])).save(folder / "two.png")
    small = np.pad(
        np.asarray(ASTRONAUT.crop((100, 0, 356, 256)).resize((80, 80))), ((0, 176), (0, 0), (0, 0))
    )
    Image.fromarray(np.hstack([face, small])).save(folder / "background.png")
    assert len(FaceDetector().detect(read_image(folder / "background.png"))) == 2
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "data") == 0
    told = {source: row["outcome"] for source, row in manifest(tmp_path / "data").items()}
    assert told == {
        "happy/background.png": "written",
        "happy/none.png": "no face",
        "happy/one.png": "written",
        "happy/two.png": "several faces",
    }
    assert len(pictures(tmp_path / "data")) == 2
    assert "4 pictures: 2 written, 1 no face, 1 several faces" in capsys.readouterr().out


def test_pictures_for_testing_only_are_all_in_test(photos, tmp_path):
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "0/0/100") == 0
    rows = manifest(tmp_path / "data").values()
    assert [row["picture"].split("/")[0] for row in rows] == ["test"] * 9


def test_a_persons_pictures_are_all_in_one_split(photos, tmp_path, capsys):
    assert prepare("--photos", photos, "--to", tmp_path / "data", "--split", "40/30/30") == 0
    rows = manifest(tmp_path / "data").values()
    assert len(rows) == len(pictures(tmp_path / "data")) == 9
    homes = {
        name: {r["picture"].split("/")[0] for r in rows if r["subject"] == name}
        for name in ("anna", "ben")
    }
    assert [len(home) for home in homes.values()] == [1, 1]
    assert {row["picture"].split("/")[0] for row in rows} == set(SPLITS)
    for row in rows:
        assert row["picture"].split("/")[1] == row["source"].split("/")[0]
    assert (
        "9 photographs: 2 are in a person's folder, 4 have a person's name, 3 name nobody; "
        "2 people named" in capsys.readouterr().out
    )


def test_a_second_run_changes_nothing_and_a_third_takes_what_is_new(photos, tmp_path, capsys):
    data = tmp_path / "data"
    assert prepare("--photos", photos, "--to", data) == 0
    before = digests(data)
    assert prepare("--photos", photos, "--to", data, "--seed", 5) == 0
    assert digests(data) == before
    moved = photos.rename(tmp_path / "elsewhere")
    astronaut(moved / "sad" / "anna" / "late.png", 20)
    astronaut(moved / "happy" / "ben_77.png", 21)
    assert prepare("--photos", moved, "--to", data, "--seed", 6) == 0
    assert {
        name: digest
        for name, digest in digests(data).items()
        if name in before and name.endswith("png")
    } == {name: digest for name, digest in before.items() if name.endswith("png")}
    rows = manifest(data)
    assert len(pictures(data)) == len(rows) == 11
    for old, new in (
        ("sad/anna_01.png", "sad/anna/late.png"),
        ("sad/ben-02.png", "happy/ben_77.png"),
    ):
        assert rows[old]["picture"].split("/")[0] == rows[new]["picture"].split("/")[0]
    assert "11 pictures: 11 written" in capsys.readouterr().out


def test_the_same_photograph_under_two_names_is_written_once(tmp_path, capsys):
    astronaut(tmp_path / "photos" / "happy" / "a.png")
    astronaut(tmp_path / "photos" / "sad" / "b.png")
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "data") == 0
    (picture,) = pictures(tmp_path / "data")
    assert f"sad/b.png: the same picture is there as {picture}" in capsys.readouterr().err


def test_a_killed_run_leaves_whole_pictures_and_the_next_one_continues(tmp_path):
    folder, data = tmp_path / "photos", tmp_path / "data"
    for i in range(30):
        astronaut(folder / ("happy" if i % 2 else "sad") / f"p{i % 10}_{i}.png", i)
    words = command("train.prepare", "--photos", folder, "--to", data)
    process = subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while len(pictures(data)) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {name: digests(data)[name] for name in pictures(data)}
    assert len(before) >= 3
    for name in before:
        read_image(data / name)  # raises if the file is incomplete
    assert prepare("--photos", folder, "--to", data) == 0
    rows = manifest(data)
    assert sorted(row["picture"] for row in rows.values()) == sorted(pictures(data))
    assert len(rows) == 30
    assert {name: digests(data)[name] for name in before} == before
    homes = {(row["subject"], row["picture"].split("/")[0]) for row in rows.values()}
    assert len(homes) == 10


def test_a_row_without_its_picture_is_written_again_and_half_a_row_is_dropped(photos, tmp_path):
    data = tmp_path / "data"
    assert prepare("--photos", photos, "--to", data) == 0
    whole = pictures(data)
    lines = (data / "prepared.csv").read_text().splitlines(keepends=True)
    (
        data / lines[-1].strip().split(",")[-1]
    ).unlink()  # as if killed after the row, before the picture
    assert prepare("--photos", photos, "--to", data) == 0
    assert pictures(data) == whole
    rows = manifest(data)
    last = list(rows.values())[-1]
    (data / last["picture"]).unlink()
    (data / "prepared.csv").write_text("".join(lines[:-1]) + lines[-1][:20])
    assert prepare("--photos", photos, "--to", data) == 0
    assert len(pictures(data)) == len(manifest(data)) == 9


def test_pictures_that_somebody_removed_or_moved_stay_so(photos, tmp_path, capsys):
    data = tmp_path / "data"
    assert prepare("--photos", photos, "--to", data) == 0
    first = data / manifest(data)["happy/anna/1.png"]["picture"]
    second = data / manifest(data)["happy/anna/2.png"]["picture"]
    first.unlink()
    second.rename(second.parents[1] / "sad" / second.name)
    before = pictures(data)
    assert len(before) == 8
    capsys.readouterr()
    assert prepare("--photos", photos, "--to", data) == 0
    assert pictures(data) == before
    assert "2 that were written are gone and stay so" in capsys.readouterr().out


def test_a_photograph_without_a_face_is_tried_again_with_other_options(tmp_path):
    folder, data = tmp_path / "photos", tmp_path / "data"
    astronaut(folder / "happy" / "big.png")
    small = Image.new("RGB", (640, 480), "grey")
    small.paste(ASTRONAUT.resize((150, 150)), (200, 100))
    small.save(folder / "happy" / "small.png")
    assert prepare("--photos", folder, "--to", data) == 0
    assert manifest(data)["happy/small.png"]["outcome"] == "no face"
    assert prepare("--photos", folder, "--to", data, "--min-face", 16) == 0
    assert manifest(data)["happy/small.png"]["outcome"] == "written"
    assert len(pictures(data)) == 2


def test_a_file_that_is_not_ours_is_not_overwritten(tmp_path, capsys):
    astronaut(tmp_path / "photos" / "happy" / "a.png")
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "first") == 0
    (name,) = pictures(tmp_path / "first")
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    assert prepare("--photos", tmp_path / "photos", "--to", tmp_path / "data") == 2
    assert f"{path}: prepared.csv does not know this file" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert not (tmp_path / "data" / "prepared.csv").exists()


def test_unreadable_photographs_are_named_with_exit_code_1_or_2_if_none_is_left(tmp_path, capsys):
    folder = tmp_path / "photos" / "happy"
    astronaut(folder / "good.png")
    (folder / "bad.jpg").write_bytes(b"no picture")
    (folder / "gone.jpg").symlink_to(tmp_path / "nowhere")
    for _ in range(2):
        assert prepare("--photos", folder.parent, "--to", tmp_path / "data") == 1
        told = capsys.readouterr()
        assert "bad.jpg: not a picture" in told.err
        assert "gone.jpg: No such file or directory" in told.err
        assert "2 of 3 pictures could not be read" in told.err
        assert "1 written" in told.out
    (folder / "good.png").unlink()
    assert prepare("--photos", folder.parent, "--to", tmp_path / "other") == 2
    assert "none of 2 pictures could be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--photos", "nowhere"), "nowhere: no such folder"),
        (("--photos", "empty"), "empty: no pictures in it"),
        (("--photos", "split"), "its folders must be classes, not ['test', 'train']"),
        (("--photos", "photos", "--to", "photos/data"), "one is within the other"),
        (("--photos", "photos", "--to", "cropped"), "its faces are cropped by"),
        (("--photos", "photos", "--to", "odd"), "prepared.csv: not what this program writes"),
        (("--photos", "photos", "--face-model", "nowhere"), "cannot read the face model"),
        (("--photos", "photos", "--ferplus", "nowhere"), "add --fer2013"),
        (("--fer2013", "nowhere"), "No such file"),
    ],
)  # fmt: skip
def test_mistakes_are_reported_and_nothing_is_written(
    arguments, words, photos, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "split/train", "split/test", "cropped", "odd"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "cropped" / "crop.json").write_text('{"face_width": 4.1, "eye_height": 0.49}')
    (tmp_path / "odd" / "prepared.csv").write_text("name,age\n")
    before = digests(tmp_path)
    assert prepare(*arguments) == 2
    assert words in capsys.readouterr().err
    assert digests(tmp_path) == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--check", "--photos", "x"],
        ["--photos", "x", "--fer2013", "y"],
        *(["--photos", "x", "--split", split] for split in ("80/20", "80/20/20", "100/0/0", "x")),
    ],
)
def test_bad_options_are_exit_code_2(arguments):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
