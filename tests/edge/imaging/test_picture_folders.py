"""All pictures in a folder are found, and nothing that is left out goes unnamed."""

import os
from pathlib import Path

import pytest
from PIL import Image

from emotion_edge.imaging.image_files import find_images
from emotion_edge.imaging.picture_folders import list_pictures
from tests.edge.pictures import save, solid


def _names(folder: Path, paths: list[Path]) -> list[str]:
    return [str(path.relative_to(folder)) for path in paths]


def test_pictures_in_subfolders_are_found_in_order_and_hidden_ones_are_not(tmp_path):
    for name in ("b.png", "a/z.JPG", "a/notes.txt", ".hidden.png", ".cache/c.png", "c.webp"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert _names(tmp_path, find_images(tmp_path)) == ["a/z.JPG", "b.png", "c.webp"]
    found = list_pictures(tmp_path)
    assert _names(tmp_path, found.others) == [".hidden.png", "a/notes.txt"]
    assert _names(tmp_path, found.skipped) == [".cache"]


@pytest.mark.parametrize("name", ["photo", "photo.dat", "photo.jfif", "photo.happy", "photo.JPE"])
def test_a_picture_is_found_by_its_content(name, tmp_path):
    Image.fromarray(solid("red")).save(tmp_path / name, "GIF")
    assert _names(tmp_path, find_images(tmp_path)) == [name]


@pytest.mark.parametrize("suffix", ["heic", "tiff", "avif", "jp2", "png"])
def test_a_file_that_is_called_a_picture_is_found_so_that_reading_it_says_what_is_wrong(
    suffix, tmp_path
):
    (tmp_path / f"photo.{suffix}").write_text("moved to another place")
    (tmp_path / f"link.{suffix}").symlink_to("missing")
    assert len(find_images(tmp_path)) == 2


@pytest.mark.parametrize("name", ["@eaDir", "__MACOSX", "lost+found", ".thumbnails", "#recycle"])
def test_folders_of_other_programs_are_skipped_and_named(name, tmp_path):
    save(tmp_path / "happy" / name / "thumb.png", "red")
    found = list_pictures(tmp_path)
    assert (found.pictures, _names(tmp_path, found.skipped)) == ([], [f"happy/{name}"])


def test_a_folder_whose_own_name_is_hidden_is_read(tmp_path):
    save(tmp_path / ".photos" / "a.png", "red")
    assert len(find_images(tmp_path / ".photos")) == 1


def test_linked_folders_are_followed_and_each_picture_is_found_once(tmp_path):
    save(tmp_path / "elsewhere" / "a.png", "red")
    (tmp_path / "photos").mkdir()
    for name in ("linked", "linked-again"):
        (tmp_path / "photos" / name).symlink_to(tmp_path / "elsewhere")
    found = list_pictures(tmp_path / "photos")
    assert (len(found.pictures), len(found.skipped)) == (1, 1)


def test_links_in_circles_and_to_the_folders_above_end(tmp_path):
    save(tmp_path / "train" / "happy" / "a.png", "red")
    save(tmp_path / "train" / "sad" / "b.png", "red")
    (tmp_path / "train" / "happy" / "up").symlink_to("..")
    (tmp_path / "train" / "happy" / "self").symlink_to(".")
    (tmp_path / "train" / "happy" / "loop").symlink_to("loop")
    found = list_pictures(tmp_path / "train" / "happy")
    assert _names(tmp_path, found.pictures) == ["train/happy/a.png"]
    assert len(found.skipped) == 2
    assert len(found.others) == 1


def test_pipes_and_sockets_are_named_and_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    os.mkfifo(tmp_path / "pipe")
    found = list_pictures(tmp_path)
    assert (found.pictures, len(found.others)) == ([], 2)


def test_a_missing_folder_is_empty(tmp_path):
    assert list_pictures(tmp_path / "missing") == ([], [], [])
