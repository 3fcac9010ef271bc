"""Prepare FER2013 and FER+ from csv files and from .npz: folders, votes, crops and errors."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from emotion_edge.errors import UserError
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from tests.workbench.conftest import digests, pictures
from train.data.soft_labels import read_votes
from train.prepare.__main__ import main
from train.prepare.fer2013 import crop_again, make_detector
from train.prepare.fer2013_types import VOTES, majority


def prepare(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


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
    face = Image.fromarray(skimage.data.astronaut()).convert("L").crop((120, 20, 340, 240))
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
