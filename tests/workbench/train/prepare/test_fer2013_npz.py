"""FER2013 with FER+ as one .npz file."""

import io

import numpy as np
import pytest

from tests.workbench.conftest import digests
from tests.workbench.train.prepare.fer2013_inputs import ROWS, VOTED, write_csv_files, write_npz
from tests.workbench.train.prepare.inputs import prepare


def test_an_npz_gives_the_same_folders_and_votes_as_the_csv_files(tmp_path):
    write_csv_files(tmp_path, ROWS, VOTED)
    csvs = ("--fer2013", tmp_path / "fer2013.csv", "--ferplus", tmp_path / "fer2013new.csv")
    assert prepare(*csvs, "--to", tmp_path / "csv") == 0
    write_npz(tmp_path / "x.npz")
    assert prepare("--npz", tmp_path / "x.npz", "--to", tmp_path / "npz") == 0
    from_csv, from_npz = digests(tmp_path / "csv"), digests(tmp_path / "npz")
    del from_csv["prepared.csv"], from_npz["prepared.csv"]  # it names the sources
    assert from_csv == from_npz
    rows = (tmp_path / "npz" / "votes.csv").read_text().splitlines()
    assert rows[0] == "picture,angry,disgust,fear,happy,neutral,sad,surprise,(others)"
    assert "train/angry/fer0000000.png,6,3,0,1,0,0,0,0" in rows
    assert "test/surprise/fer0000009.png,0,0,3,0,0,0,7,0" in rows
    assert len(rows) == 5


BAD_NPZ = {
    "no votes": ({"votes": None}, "votes is not a file in the archive"),
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
def test_an_npz_with_wrong_arrays_is_refused(kind, tmp_path, capsys):
    changes, words = BAD_NPZ[kind]
    write_npz(tmp_path / "x.npz", **changes)
    assert prepare("--npz", tmp_path / "x.npz", "--to", tmp_path / "data") == 2
    assert words in capsys.readouterr().err
    assert not list((tmp_path / "data").rglob("*.png"))


def npy() -> bytes:
    """Return the content of an .npy file."""
    with io.BytesIO() as stream:
        np.save(stream, np.zeros(3))
        return stream.getvalue()


@pytest.mark.parametrize("content", [b"PK\x03\x04 and then nothing", npy()])
def test_a_file_that_is_not_an_npz_is_refused(content, tmp_path, capsys):
    (tmp_path / "x.npz").write_bytes(content)
    assert prepare("--npz", tmp_path / "x.npz", "--to", tmp_path / "data") == 2
    assert "cannot read it" in capsys.readouterr().err
