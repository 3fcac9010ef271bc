"""The fingerprint of the data and the settings, from which make knows when to train again."""

import os

import pytest

from train.fingerprint import fingerprint, main

STRANGE = "two\nlines, 'quotes\" and $HOME #1"


@pytest.fixture
def data(tmp_path):
    """A folder with a folder that has a picture, both with strange names."""
    folder = tmp_path / "my data"
    (folder / STRANGE).mkdir(parents=True)
    (folder / STRANGE / STRANGE).write_text("picture")
    return folder


def test_it_changes_with_the_settings_and_with_each_file(data):
    picture = data / STRANGE / STRANGE
    found = [fingerprint(str(data), "--seed 1"), fingerprint(str(data), "--seed 2")]
    found += [fingerprint("", "--seed 1"), fingerprint(f"{data}-missing", "--seed 1")]
    os.utime(picture, ns=(0, picture.stat().st_mtime_ns + 1))
    found.append(fingerprint(str(data), "--seed 1"))
    picture.write_text("another picture")
    found.append(fingerprint(str(data), "--seed 1"))
    picture.rename(data / "other")
    found.append(fingerprint(str(data), "--seed 1"))
    (data / os.fsdecode(b"\xff")).touch()  # a name that is not UTF-8
    found.append(fingerprint(str(data), "--seed 1"))
    assert len(set(found)) == len(found)
    assert fingerprint(str(data), "--seed 1") == found[-1]


def test_links_are_followed_but_not_in_circles(data, tmp_path):
    before = fingerprint(str(data), "")
    (tmp_path / "linked").mkdir()
    (data / "link").symlink_to(tmp_path / "linked")
    (data / "circle").symlink_to(data)
    (data / "broken").symlink_to(data / "nowhere")
    assert fingerprint(str(data), "") == before
    (tmp_path / "linked" / "picture").touch()
    assert fingerprint(str(data), "") != before


def test_a_link_to_a_folder_around_the_data_is_not_followed(data, monkeypatch):
    before = fingerprint(str(data), "")
    (data / "around").symlink_to(data.parent)
    (data / STRANGE / "root").symlink_to("/")
    (data.parent / "outside").touch()
    assert fingerprint(str(data), "") == before
    monkeypatch.chdir(data)
    inside = fingerprint(".", "")
    (data / "new").touch()
    assert fingerprint(".", "") != inside


def test_each_of_two_links_to_a_folder_counts(data, tmp_path):
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "picture").touch()
    found = [fingerprint(str(data), "")]
    for name in ("happy", "sad"):
        (data / name).symlink_to(tmp_path / "linked")
        found.append(fingerprint(str(data), ""))
    (data / "sad").rename(data / "surprise")
    found.append(fingerprint(str(data), ""))
    assert len(set(found)) == 4


def test_the_file_becomes_newer_only_if_the_fingerprint_changes(data, tmp_path):
    file = tmp_path / "build" / ".trained-with"
    assert main([str(file), str(data), "--seed 1"]) == 0
    os.utime(file, (0, 0))
    assert main([str(file), str(data), "--seed 1"]) == 0
    assert file.stat().st_mtime == 0
    assert main([str(file), str(data), "--seed 2"]) == 0
    assert file.stat().st_mtime > 0
    assert [path.name for path in file.parent.iterdir()] == [".trained-with"]
