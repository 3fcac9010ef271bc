"""FER2013 and FER+ as CSV files."""

import json

import numpy as np
import pytest
from PIL import Image

from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from tests.workbench.conftest import digests
from tests.workbench.train.prepare.fer2013_inputs import ROWS, VOTED, write_csv_files
from tests.workbench.train.prepare.inputs import list_pictures, prepare

PIXELS = " ".join(["7"] * 2304)


def test_each_row_becomes_a_picture_in_its_class_folder(tmp_path, capsys):
    write_csv_files(tmp_path, ROWS)
    assert prepare("--fer2013", tmp_path / "fer2013.csv", "--to", tmp_path / "data") == 0
    assert sorted(list_pictures(tmp_path / "data")) == [
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
    output = capsys.readouterr().out
    assert "10 pictures: 10 written" in output
    assert "validation: no angry, no disgust, no fear, 1 happy" in output


def test_ferplus_relabels_by_majority_and_counts_what_it_rejects(tmp_path, capsys):
    write_csv_files(tmp_path, ROWS, VOTED)
    csvs = ("--fer2013", tmp_path / "fer2013.csv", "--ferplus", tmp_path / "fer2013new.csv")
    assert prepare(*csvs, "--to", tmp_path / "data") == 0
    assert sorted(list_pictures(tmp_path / "data")) == [
        "test/surprise/fer0000009.png",
        "train/angry/fer0000000.png",
        "train/neutral/fer0000001.png",
        "validation/happy/fer0000007.png",
    ]
    output = capsys.readouterr().out
    rejected = "2 tie, 1 contempt, 1 unknown, 1 no image name, 1 not a face"
    assert f"10 pictures: 4 written, {rejected}" in output
    before = digests(tmp_path / "data")
    assert prepare(*csvs, "--to", tmp_path / "data") == 0
    assert digests(tmp_path / "data") == before
    assert prepare(*csvs[:2], "--to", tmp_path / "data") == 2
    error = "line 3: an earlier run made train/neutral/fer0000001.png of it"
    assert error in capsys.readouterr().err
    assert digests(tmp_path / "data") == before


def test_an_interrupted_run_on_fer2013_continues(tmp_path):
    write_csv_files(tmp_path, ROWS)
    data, path = tmp_path / "data", tmp_path / "fer2013.csv"
    assert prepare("--fer2013", path, "--to", data) == 0
    whole = digests(data)
    lines = (data / "prepared.csv").read_text().splitlines(keepends=True)
    for line in lines[6:]:
        (data / line.strip().split(",")[-1]).unlink()
    (data / "prepared.csv").write_text("".join(lines[:6]))
    assert prepare("--fer2013", path, "--to", data) == 0
    assert digests(data) == whole


def test_columns_may_be_in_another_order(tmp_path):
    rows = "".join(f"3, {usage}, {PIXELS}\n" for usage in ("Training", "PublicTest"))
    (tmp_path / "fer2013.csv").write_text(f"emotion, Usage, pixels\n{rows}")
    assert prepare("--fer2013", tmp_path / "fer2013.csv", "--to", tmp_path / "data") == 0
    assert len(list_pictures(tmp_path / "data")) == 2


def test_a_training_set_without_validation_is_an_error(tmp_path, capsys):
    write_csv_files(tmp_path, [row for row in ROWS if row[1] == "Training"])
    assert prepare("--fer2013", tmp_path / "fer2013.csv", "--to", tmp_path / "data") == 2
    assert "validation: no pictures; use a file that has all" in capsys.readouterr().err


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
    output = capsys.readouterr().err
    assert words in output
    assert len(output.splitlines()) == 1
    assert list_pictures(tmp_path) == []


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda lines: lines[:-1], "fer2013new.csv: has 9 rows, but"),
        (lambda lines: ["a,b", *lines[1:]], "fer2013new.csv: the first line names no column Usage"),
        (lambda lines: [lines[0], lines[1].replace("6", "x"), *lines[2:]], "line 2: votes are not"),
        (lambda lines: [lines[0], lines[8], *lines[2:]], "Usage differs from the same row of"),
    ],
)
def test_votes_that_do_not_match_the_pictures_are_reported(damage, words, tmp_path, capsys):
    write_csv_files(tmp_path, ROWS, VOTED)
    path = tmp_path / "fer2013new.csv"
    path.write_text("\n".join(damage(path.read_text().splitlines())) + "\n")
    csvs = ("--fer2013", tmp_path / "fer2013.csv", "--ferplus", path)
    assert prepare(*csvs, "--to", tmp_path / "data") == 2
    assert words in capsys.readouterr().err
    assert list_pictures(tmp_path) == []


def test_a_folder_instead_of_a_csv_is_reported(tmp_path, capsys):
    assert prepare("--fer2013", tmp_path, "--to", tmp_path / "data") == 2
    assert "Is a directory" in capsys.readouterr().err
