"""Prepare data sets from photographs and FER2013: outputs, splits, resumption and errors."""

import csv
import hashlib
import io
import json
import signal
import subprocess
import time
from pathlib import Path, PurePath

import numpy as np
import pytest
import skimage.data
from PIL import Image

from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import find_images, read_image
from emotion_edge.model.contract import Contract
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE, crop_rule_of
from emotion_edge.model.preprocessing import preprocess
from tests.workbench.conftest import REPOSITORY, command
from train.data.image_folder import load_split
from train.data.soft_labels import read_votes
from train.prepare.__main__ import main
from train.prepare.fer2013 import crop_again, make_detector
from train.prepare.fer2013_types import VOTES, majority
from train.prepare.group_split import SPLITS, assign_splits, parse_split, subject_of

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


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def pictures(data: Path) -> list[str]:
    return [str(path.relative_to(data)) for path in find_images(data)]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Nine photographs, six of them of two people, in two classes."""
    names = ("happy/anna/1.png", "happy/anna/2.png", "sad/anna_01.png", "happy/ben-01.png")
    names += ("sad/ben-02.png", "sad/ben-03.png", "happy/IMG_1.png", "sad/IMG_2.png", "sad/x.png")
    for seed, name in enumerate(names):
        astronaut(tmp_path / "photos" / name, seed)
    return tmp_path / "photos"


# Photographs


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


# Splits


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("anna/IMG_1.jpg", "anna"),
        ("Anna/deeper/1.jpg", "anna"),
        ("anna_01.jpg", "anna"),
        ("Anna-Maria-7.jpg", "anna"),
        ("S005_001_00000011.png", "s005"),
        ("img_anna_3.jpg", "anna"),
        ("happy-anna-3.jpg", "anna"),
        ("001_03.jpg", "001"),
        ("IMG_0001.jpg", ""),
        ("DSC-0001.jpg", ""),
        ("PXL_20240131_1234.jpg", ""),
        ("20240131_123456.jpg", ""),
        ("IMG_20240131_123456.jpg", ""),
        ("happy_3.jpg", ""),
        ("0017.jpg", ""),
        ("anna.jpg", ""),
        ("DSC00012.jpg", ""),
    ],
)
def test_a_path_names_the_person_or_nobody(path, subject):
    assert subject_of(PurePath(path), ["happy", "sad"]) == subject


NOTHING = np.zeros((3, 7))


def test_splits_are_filled_to_their_shares_class_by_class():
    pictures = np.eye(7)[np.random.default_rng(0).permutation(np.repeat(range(7), 100))]
    places = assign_splits(pictures, NOTHING, parse_split("70/15/15"), 0)
    counts = [pictures[places == split].sum(axis=0).tolist() for split in range(3)]
    assert counts == [[70] * 7, [15] * 7, [15] * 7]


def test_a_rare_class_is_in_every_split_if_there_are_three_of_it():
    pictures = np.eye(7)[[0] * 50 + [1] * 3 + [2] * 2]
    places = assign_splits(pictures, NOTHING, parse_split("70/15/15"), 0)
    assert sorted(places[50:53]) == [0, 1, 2]
    assert sorted(places[53:]) == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_people_with_most_pictures_are_in_train(seed):
    people = np.full((20, 7), 2.0)
    people[4], people[11] = 60, 50
    places = assign_splits(people, NOTHING, parse_split("70/15/15"), seed)
    assert places[4] == places[11] == 0
    assert set(places) == {0, 1, 2}


def test_the_seed_decides_and_existing_pictures_count():
    pictures = np.eye(7)[[0] * 100]
    places = [assign_splits(pictures, NOTHING, parse_split("60/40/0"), seed) for seed in (1, 1, 2)]
    assert np.array_equal(places[0], places[1])
    assert not np.array_equal(places[0], places[2])
    assert np.bincount(places[0]).tolist() == [60, 40]
    have = np.zeros((3, 7))
    have[0, 0] = 60
    assert np.bincount(assign_splits(pictures, have, parse_split("60/40/0"), 0)).tolist() == [
        36,
        64,
    ]


# FER2013 and FER+


def write_fer(folder: Path, rows: list[tuple[int, str]], votes: list[str] | None = None) -> None:
    """Write the csv files as published: rows are (emotion, Usage), votes are "Image name,votes"."""
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (len(rows), 48 * 48))
    with (folder / "fer2013.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["emotion", "pixels", "Usage"])
        for (emotion, usage), face in zip(rows, faces, strict=True):
            writer.writerow([emotion, " ".join(map(str, face)), usage])
    if votes is not None:
        lines = [f"{usage},{vote}" for (_, usage), vote in zip(rows, votes, strict=True)]
        header = ",".join(["Usage", "Image name", *VOTES])
        (folder / "fer2013new.csv").write_text("\n".join([header, *lines, ""]))


USAGES = ["Training"] * 7 + ["PublicTest"] * 2 + ["PrivateTest"]
ROWS = list(zip([0, 1, 2, 3, 4, 5, 6, 3, 4, 5], USAGES, strict=True))


def test_fer2013_gives_the_right_folders_and_pixels(tmp_path, capsys):
    write_fer(tmp_path, ROWS)
    assert prepare("--fer2013", tmp_path / "fer2013.csv", "--to", tmp_path / "data") == 0
    assert sorted(pictures(tmp_path / "data")) == [
        "test/surprise/fer0000009.png",
        "train/angry/fer0000000.png",
        "train/disgust/fer0000001.png",
        "train/fear/fer0000002.png",
        "train/happy/fer0000003.png",
        "train/neutral/fer0000006.png",
        "train/sad/fer0000004.png",
        "train/surprise/fer0000005.png",
        "validation/happy/fer0000007.png",
        "validation/sad/fer0000008.png",
    ]
    expected = np.random.default_rng(0).integers(0, 256, (10, 48, 48))[3]
    with Image.open(tmp_path / "data" / "train" / "happy" / "fer0000003.png") as picture:
        assert picture.mode == "L"
        assert np.array_equal(np.asarray(picture), expected)
    rule = json.loads((tmp_path / "data" / "crop.json").read_text())
    assert rule == DEFAULT_CROP_RULE
    told = capsys.readouterr().out
    assert "10 pictures: 10 written" in told
    assert "validation: no angry, no disgust, no fear, 1 happy" in told


VOTED = [
    "fer0000000.png,0,1,0,0,6,3,0,0,0,0",
    "fer0000001.png,6,1,0,0,0,3,0,0,0,0",
    "fer0000002.png,4,0,0,4,0,0,2,0,0,0",
    "fer0000003.png,2,0,0,0,0,0,0,8,0,0",
    "fer0000004.png,2,0,0,0,0,0,0,0,8,0",
    ",0,0,0,0,0,0,0,0,0,10",
    "fer0000006.png,0,0,0,0,0,0,0,0,1,9",
    "fer0000007.png,0,10,0,0,0,0,0,0,0,0",
    "fer0000008.png,4,0,0,0,0,0,0,0,4,0",
    "fer0000009.png,0,0,7,0,0,0,3,0,0,0",
]


def test_ferplus_relabels_by_majority_and_counts_what_it_rejects(tmp_path, capsys):
    write_fer(tmp_path, ROWS, VOTED)
    csvs = ("--fer2013", tmp_path / "fer2013.csv", "--ferplus", tmp_path / "fer2013new.csv")
    assert prepare(*csvs, "--to", tmp_path / "data") == 0
    assert sorted(pictures(tmp_path / "data")) == [
        "test/surprise/fer0000009.png",
        "train/angry/fer0000000.png",
        "train/neutral/fer0000001.png",
        "validation/happy/fer0000007.png",
    ]
    told = capsys.readouterr().out
    assert (
        "10 pictures: 4 written, 2 tie, 1 contempt, 1 unknown, 1 no image name, 1 not a face"
        in told
    )
    before = digests(tmp_path / "data")
    assert prepare(*csvs, "--to", tmp_path / "data") == 0
    assert digests(tmp_path / "data") == before
    assert prepare(*csvs[:2], "--to", tmp_path / "data") == 2
    assert "line 3: a former run made train/neutral/fer0000001.png of it" in capsys.readouterr().err
    assert digests(tmp_path / "data") == before


def write_npz(path: Path, **changes: object) -> np.ndarray:
    """Write the votes of VOTED as one file, and return its images."""
    images = np.random.default_rng(0).integers(0, 256, (10, 48, 48)).astype(np.uint8)
    arrays = {
        "images": images,
        "votes": np.array([row.split(",")[1:] for row in VOTED]).astype(np.uint8),
        "split": np.array(["train"] * 7 + ["validation"] * 2 + ["test"]),
        "name": np.array([f"{i:07}" for i in range(10)]),
    }
    np.savez(path, **{k: v for k, v in (arrays | changes).items() if v is not None})
    return images


def test_an_npz_gives_the_same_folders_and_votes_as_the_csv_files(tmp_path):
    write_fer(tmp_path, ROWS, VOTED)
    csvs = ("--fer2013", tmp_path / "fer2013.csv", "--ferplus", tmp_path / "fer2013new.csv")
    assert prepare(*csvs, "--to", tmp_path / "csv") == 0
    write_npz(tmp_path / "x.npz")
    assert prepare("--npz", tmp_path / "x.npz", "--to", tmp_path / "npz") == 0
    one, other = digests(tmp_path / "csv"), digests(tmp_path / "npz")
    del one["prepared.csv"], other["prepared.csv"]  # it names the sources
    assert one == other
    rows = (tmp_path / "npz" / "votes.csv").read_text().splitlines()
    assert rows[0] == "picture,angry,disgust,fear,happy,neutral,sad,surprise,(others)"
    assert "train/angry/fer0000000.png,6,3,0,1,0,0,0,0" in rows
    assert "test/surprise/fer0000009.png,0,0,3,0,0,0,7,0" in rows
    assert len(rows) == 5


with io.BytesIO() as stream:
    np.save(stream, np.zeros(3))
    ARRAY = stream.getvalue()
BAD_NPZ = {
    "no votes": ({"votes": None}, "votes"),
    "colour": (
        {"images": np.zeros((10, 48, 48, 3), np.uint8)},
        "images, votes, split and name are",
    ),
    "no pictures": ({"images": np.uint8(3)}, "cannot read it"),
    "shares": ({"votes": np.full((10, 10), 0.1)}, "votes are float64, not numbers of people"),
    "fewer than none": ({"votes": np.full((10, 10), -1)}, "not numbers of people, 0 or more"),
    "words": ({"votes": np.full((10, 10), "many")}, "not numbers of people"),
    "too few names": ({"name": np.array(["1", "2"])}, "images, votes, split and name are"),
    "floats": ({"images": np.zeros((10, 48, 48))}, "float64"),
    "another split": ({"split": np.array(["PrivateTest"] * 10)}, "a split is 'PrivateTest', not"),
    "one name for all": ({"name": np.array(["7"] * 10)}, "several pictures of one name"),
}


@pytest.mark.parametrize("kind", BAD_NPZ)
def test_an_npz_of_something_else_is_refused(kind, tmp_path, capsys):
    changes, words = BAD_NPZ[kind]
    write_npz(tmp_path / "x.npz", **changes)
    assert prepare("--npz", tmp_path / "x.npz", "--to", tmp_path / "data") == 2
    assert words in capsys.readouterr().err
    assert not list((tmp_path / "data").rglob("*.png"))


@pytest.mark.parametrize("content", [b"PK\x03\x04 and then nothing", ARRAY])
def test_a_file_that_is_no_npz_is_refused(content, tmp_path, capsys):
    (tmp_path / "x.npz").write_bytes(content)
    assert prepare("--npz", tmp_path / "x.npz", "--to", tmp_path / "data") == 2
    assert "cannot read it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("picture,a,(others)\ntrain/a/1.png,3,0\n", "no column 'b'"),
        ("picture,a,b,(others)\ntrain/a/1.png,3,x,0\n", "not a file of votes"),
        ("picture,a,b,(others)\ntrain/a/1.png,3\n", "not a file of votes"),
        ("picture,a,b,(others)\ntrain/a/1.png,0,0,4\n", "no vote for any label"),
        ("", "not a file of votes"),
        ("garbage\n", "its first column is not picture"),
    ],
)
def test_an_invalid_file_of_votes_is_refused(text, words, tmp_path):
    (tmp_path / "votes.csv").write_text(text)
    with pytest.raises(UserError, match=words):
        read_votes(tmp_path, ["a", "b"], [("a", tmp_path / "train/a/1.png")])


def test_a_run_on_fer2013_continues_where_it_ended(tmp_path):
    write_fer(tmp_path, ROWS)
    data, path = tmp_path / "data", tmp_path / "fer2013.csv"
    assert prepare("--fer2013", path, "--to", data) == 0
    whole = digests(data)
    lines = (data / "prepared.csv").read_text().splitlines(keepends=True)
    for line in lines[6:]:
        (data / line.strip().split(",")[-1]).unlink()
    (data / "prepared.csv").write_text("".join(lines[:6]))
    assert prepare("--fer2013", path, "--to", data) == 0
    assert digests(data) == whole


def test_columns_may_come_in_another_order(tmp_path):
    pixels = " ".join(["7"] * 2304)
    rows = "".join(f"3, {usage}, {pixels}\n" for usage in ("Training", "PublicTest"))
    (tmp_path / "fer2013.csv").write_text(f"emotion, Usage, pixels\n{rows}")
    assert prepare("--fer2013", tmp_path / "fer2013.csv", "--to", tmp_path / "data") == 0
    assert len(pictures(tmp_path / "data")) == 2


PIXELS = " ".join(["7"] * 2304)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the first line names no column emotion, pixels, Usage"),
        ("\0" * 5_000_000, "the first line names no column"),
        ("emotion,pixels,Usage\n", "none of 0 pictures"),
        (f"emotion,pixels,Usage\n7,{PIXELS},Training\n", "line 2: emotion is '7', not 0 to 6"),
        (f"emotion,pixels,Usage\n3,{PIXELS},Test\n", "line 2: Usage is 'Test', not Training"),
        (f"emotion,pixels,Usage\n3,{PIXELS} 7,Training\n", "line 2: pixels are not 2304 numbers"),
        (f"emotion,pixels,Usage\n3,{PIXELS[:-1]}256,Training\n", "line 2: pixels are not 2304"),
        (f"emotion,pixels,Usage\n3,{PIXELS[:-1]}x,Training\n", "line 2: pixels are not 2304"),
        (f"emotion,pixels,Usage\n3,{PIXELS}\n", "line 2: 2 columns, not 3"),
        (f"emotion,pixels,Usage\n3,{'1' * 200_000},Training\n", "field larger than field limit"),
    ],
    ids=range(10),
)
def test_an_invalid_csv_is_reported(content, words, tmp_path, capsys):
    (tmp_path / "fer2013.csv").write_text(content)
    assert prepare("--fer2013", tmp_path / "fer2013.csv", "--to", tmp_path / "data") == 2
    told = capsys.readouterr().err
    assert words in told
    assert len(told.splitlines()) == 1
    assert pictures(tmp_path) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda lines: lines[:-1], "fer2013new.csv: has 9 rows, but"),
        (lambda lines: ["a,b", *lines[1:]], "fer2013new.csv: the first line names no column Usage"),
        (lambda lines: [lines[0], lines[1].replace("6", "x"), *lines[2:]], "line 2: votes are not"),
        (lambda lines: [lines[0], lines[8], *lines[2:]], "Usage differs from the same row of"),
    ],
)
def test_votes_that_do_not_fit_are_reported(spoil, words, tmp_path, capsys):
    write_fer(tmp_path, ROWS, VOTED)
    path = tmp_path / "fer2013new.csv"
    path.write_text("\n".join(spoil(path.read_text().splitlines())) + "\n")
    csvs = ("--fer2013", tmp_path / "fer2013.csv", "--ferplus", path)
    assert prepare(*csvs, "--to", tmp_path / "data") == 2
    assert words in capsys.readouterr().err
    assert pictures(tmp_path) == []


def test_a_folder_instead_of_a_csv_is_reported(tmp_path, capsys):
    assert prepare("--fer2013", tmp_path, "--to", tmp_path / "data") == 2
    assert "Is a directory" in capsys.readouterr().err


def test_the_majority_is_a_strict_maximum_over_all_ten_votes():
    names = list(VOTES.values())
    for place, name in enumerate(names):
        votes = [1] * 10
        votes[place] = 2
        assert majority(votes) == name
    assert majority([0] * 10) == "tie"
    assert majority([3, 3, 0, 0, 0, 0, 0, 0, 2, 2]) == "tie"


def test_a_face_of_fer2013_is_cropped_by_its_eyes():
    face = ASTRONAUT.convert("L").crop((120, 20, 340, 240))
    upright, askew = (
        np.asarray(
            face.rotate(angle, Image.Resampling.BICUBIC).crop((25, 25, 195, 195)).resize((48, 48))
        )
        for angle in (0, -18)
    )
    detector = make_detector(None)
    crops = [crop_again(pixels, detector) for pixels in (upright, askew)]
    for crop in crops:
        assert crop.dtype == np.uint8
        assert crop.shape == (len(crop), len(crop))
    alike = np.corrcoef(
        [np.asarray(Image.fromarray(crop).resize((40, 40))).ravel() for crop in crops]
    )
    before = np.corrcoef(upright.ravel(), askew.ravel())[0, 1]
    assert alike[0, 1] > 0.85 > before
