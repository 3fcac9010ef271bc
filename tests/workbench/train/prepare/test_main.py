"""`python -m train.prepare`: bad inputs, bad options and exit codes."""

import pytest

from tests.workbench.conftest import digests
from tests.workbench.train.prepare.inputs import prepare, write_astronaut
from train.prepare.__main__ import main


def test_unreadable_photographs_give_exit_code_1_or_2_if_none_is_left(tmp_path, capsys):
    folder = tmp_path / "photos" / "happy"
    write_astronaut(folder / "good.png")
    (folder / "bad.jpg").write_bytes(b"no picture")
    (folder / "gone.jpg").symlink_to(tmp_path / "nowhere")
    for _ in range(2):
        assert prepare("--photos", folder.parent, "--to", tmp_path / "data") == 1
        output = capsys.readouterr()
        assert "bad.jpg: not a picture" in output.err
        assert "gone.jpg: No such file or directory" in output.err
        assert "2 of 3 pictures could not be read" in output.err
        assert "1 written" in output.out
    (folder / "good.png").unlink()
    assert prepare("--photos", folder.parent, "--to", tmp_path / "other") == 2
    assert "none of 2 pictures could be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--photos", "nowhere"), "nowhere: no such folder"),
        (("--photos", "empty"), "empty: no pictures in it"),
        (("--photos", "split"), "split: no pictures in it; put them into <class>/"),
        (("--photos", "mixed"), "must be classes, or all be splits, not ['happy', 'train']"),
        (("--photos", "photos", "--to", "photos/data"), "one is within the other"),
        (("--photos", "photos", "--to", "cropped"), "its faces are cropped by"),
        (("--photos", "photos", "--to", "odd"), "prepared.csv: not what this program writes"),
        (("--photos", "photos", "--ferplus", "nowhere"), "add --fer2013"),
        (("--fer2013", "nowhere"), "No such file"),
    ],
)  # fmt: skip
def test_bad_inputs_are_reported_and_nothing_is_written(
    arguments, words, photos, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    for folder in (
        "empty",
        "split/train",
        "split/test",
        "mixed/happy",
        "mixed/train",
        "cropped",
        "odd",
    ):
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
def test_bad_options_end_with_exit_code_2(arguments):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
