"""`emotion-edge teach`: from class folders to a file that `run` uses."""

import json
import os
import pty
import stat
import subprocess
from contextlib import suppress

import pytest

from tests.edge.command_line import command, own_lines
from tests.edge.commands.teach.shades import SWAP, label_of, save_shade, save_shades, teach
from tests.edge.models import FLOAT32, INT8
from tests.edge.pictures import save
from tests.edge.teaching.taught_files import SWAPPED, write


@pytest.fixture
def file(tmp_path):
    return tmp_path / "out" / "taught.json"


def test_what_the_model_names_wrong_is_learnt_and_told(tmp_path, file):
    data = save_shades(tmp_path / "data", SWAP)
    result = teach(data, file)
    assert result.returncode == 0, result.stderr
    (line,) = own_lines(result.stderr)
    assert "18 picture(s) have no time in their names" in line
    first, *_, everything, last = result.stdout.splitlines()
    assert first == "Taught 18 faces: 6 blue, 6 green, 6 red"
    assert everything.split() == ["all", "18", "6", "(33", "%)", "18", "(100", "%)"]
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert rows["red"][:3] == ["6", "0", "(0"]
    assert last == f"written: {file}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for label, shade in SWAP.items():
        assert label_of(save_shade(tmp_path / "new.png", shade, seed=999), file) == label


def test_where_nothing_is_gained_nothing_is_written(tmp_path, file):
    data = save_shades(tmp_path / "data", {name: name for name in SWAP})
    file.parent.mkdir()
    write(file, *SWAPPED)
    before = file.read_bytes()
    result = teach(data, file)
    assert result.returncode == 0
    assert "not shown to be better with what was taught: nothing is written" in result.stderr
    assert "written" not in result.stdout
    assert "18 (100 %)" in result.stdout
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("shades", [SWAP, {"sun": "yellow"} | SWAP])
def test_pictures_of_one_occasion_prove_nothing_and_nothing_is_written(tmp_path, file, shades):
    data = save_shades(tmp_path / "data", shades, name="20261128-120000-{:06}-0001.png")
    result = teach(data, file)
    assert result.returncode == 0, result.stderr
    assert f"faces in {len(shades)} bursts: " in result.stdout
    assert "could not be checked, because no label has pictures of two occasions" in result.stdout
    assert "no time in their names" not in result.stderr
    assert "nothing is written" in result.stderr
    assert not file.exists()


def test_a_label_with_one_burst_is_named_as_not_checked(tmp_path, file):
    data = save_shades(tmp_path / "data", {"red": "blue", "green": "green"})
    for n in range(3):
        save_shade(data / "blue" / f"20261128-120000-{n:06}-0001.png", "red", seed=n)
    result = teach(data, file)
    assert "Not checked, because their pictures are of one occasion: blue" in result.stdout


def test_kept_features_let_more_be_taught_later(tmp_path, file):
    bare = tmp_path / "bare.json"
    first = save_shades(tmp_path / "first", SWAP)
    assert teach(first, file, "--keep-features").returncode == 0
    assert teach(first, bare).returncode == 0
    assert json.loads(bare.read_text())["faces"] is None
    second = save_shades(tmp_path / "second", {"sun": "yellow", "red": "blue"}, each=4)
    result = teach(second, file, "--keep-features")
    assert result.returncode == 0, result.stderr
    assert f"{file}: taught together with the faces in it" in result.stderr
    values = json.loads(file.read_text())
    assert values["labels"] == ["blue", "green", "red", "sun"]
    assert values["counts"] == [6, 6, 10, 4]
    again = teach(second, file, "--keep-features")
    assert again.returncode == 0
    assert json.loads(file.read_text())["counts"] == values["counts"]
    assert "so a new one replaces it" in teach(second, bare, "--keep-features").stderr
    before = file.read_bytes()
    result = teach(second, file)
    assert result.returncode == 2
    assert f"{file}: keeps 26 faces of earlier lessons; add to them by --keep-features" in (
        result.stderr
    )
    assert file.read_bytes() == before


def test_kept_faces_are_kept_even_if_nothing_was_gained(tmp_path, file):
    data = save_shades(tmp_path / "data", {name: name for name in SWAP})
    result = teach(data, file, "--keep-features")
    assert result.returncode == 0
    assert "not shown to be better with what was taught: it names labels as before" in result.stderr
    assert f"written: {file}" in result.stdout
    assert json.loads(file.read_text())["counts"] == [6, 6, 6]
    assert label_of(save_shade(tmp_path / "new.png", "blue", seed=999), file) == "blue"


def test_a_label_that_gets_worse_is_named(tmp_path, file):
    data = save_shades(tmp_path / "data", {"green": "green", "moss": "green", "blue": "blue"})
    result = teach(data, file)
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines()}
    assert int(rows["green"][2]) > int(rows["green"][5])
    assert "Named right less often than by the model as it is: green" in result.stdout


def test_faces_are_not_added_to_a_file_that_is_not_for_this_model(tmp_path, file):
    data = save_shades(tmp_path / "data", SWAP)
    assert teach(data, file, "--keep-features", model=FLOAT32).returncode == 0
    before = file.read_bytes()
    result = teach(data, file, "--keep-features")
    assert result.returncode == 2
    assert "taught with another model than" in result.stderr
    assert "no faces can be added to it: remove it, or name another file by --to" in result.stderr
    assert file.read_bytes() == before
    assert teach(data, file).returncode == 0


@pytest.mark.parametrize(
    ("shades", "options", "reason"),
    [
        ({"red": "red"}, (), "faces of red only: nothing to tell them from; add faces of another"),
        (SWAP, ("--label", "sun", "--label", "red"), "--label sun: no pictures in"),
        (SWAP | {"unknown": "red"}, (), "'unknown' cannot be used"),
        (SWAP, ("--model", "none.tflite"), "none.tflite: cannot read the model"),
    ],
)
def test_what_cannot_be_taught_is_refused(tmp_path, file, shades, options, reason):
    result = teach(save_shades(tmp_path / "data", shades, each=2), file, *options)
    assert result.returncode == 2
    assert reason in result.stderr
    assert "Traceback" not in result.stderr
    assert not file.exists()


def test_pictures_without_a_face_are_named(tmp_path, file):
    data = save_shades(tmp_path / "data", SWAP)
    save(data / "red" / "wall.png", "red")
    (data / "red" / "broken.jpg").write_text("no picture")
    result = teach(data, file)
    assert result.returncode == 0, result.stderr
    assert "red: no face in 1 picture(s), such as wall.png" in result.stderr
    assert "broken.jpg: cannot read it: " in result.stderr
    assert "Taught 18 faces: " in result.stdout


def test_where_nothing_can_be_written_no_picture_is_read(tmp_path):
    data = save_shades(tmp_path / "data", SWAP, each=1)
    (data / "red" / "broken.png").write_text("a warning if it is read")
    result = teach(data, tmp_path)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert f"--to {tmp_path} is a folder: name a file" in line
    (tmp_path / "file").write_text("")
    result = teach(data, tmp_path / "file" / "taught.json")
    assert result.returncode == 1
    (line,) = own_lines(result.stderr)
    assert "cannot write to" in line


def test_on_a_terminal_the_progress_is_shown_before_the_result(tmp_path, file):
    data = save_shades(tmp_path / "data", SWAP, each=3)
    ours, theirs = pty.openpty()
    words = command("teach", "--model", INT8, "--from", data, "--to", file)
    process = subprocess.Popen(words, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the terminal's other end has closed
        while part := os.read(ours, 10_000):
            shown += part
    os.close(ours)
    assert process.wait(60) == 0
    assert b"\r1 of 9 pictures\r2 of 9 pictures" in shown
    assert shown.index(b"9 of 9 pictures") < shown.index(b"Taught 9 faces")
