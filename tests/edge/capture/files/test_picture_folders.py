"""Folders and globs: what is found, what is left out and said, and that a search can be stopped."""

import os
import signal
import subprocess
import time
from pathlib import Path
from threading import Event, Timer

import pytest
from PIL import Image

from emotion_edge.capture.files.file_source import open_files
from emotion_edge.errors import RunError, UserError
from emotion_edge.util.file_search import FileSearch
from tests.edge.command_line import command, own_lines, raw_labels, run_every_frame
from tests.edge.models import INT8
from tests.edge.pictures import save, solid
from tests.edge.waiting import PROMPT_S


def names(folder: Path, pattern: str = "") -> list[str]:
    """Return the pictures that a folder or a glob in it gives, relative to the folder."""
    frames = open_files(str(folder / pattern) if pattern else str(folder))
    return [str(Path(frame.source).relative_to(folder)) for frame in frames]


@pytest.fixture
def tree(tmp_path) -> Path:
    """A folder with pictures, other files, links in a circle, and what must not be opened."""
    folder = tmp_path / "tree"
    for name in ("a.png", "b/c.png", "b/d/e.png", ".hidden/x.png", "@eaDir/a.png", "f.png"):
        save(folder / name, "red")
    Image.fromarray(solid("red")).save(folder / "b/photo.dat", "JPEG")
    (folder / "b/notes.txt").write_text("notes")
    (folder / "b/back").symlink_to(folder)
    (folder / "b/d/self").symlink_to(folder / "b/d")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "clip.mp4").write_bytes(b"0000ftypisom")
    return folder


def test_a_folder_gives_each_picture_once_by_name_whatever_its_suffix(tree):
    assert names(tree) == ["a.png", "b/c.png", "b/d/e.png", "b/photo.dat", "f.png"]


def test_a_linked_folder_is_entered(tree, tmp_path):
    (tmp_path / "more").symlink_to(tree / "b/d")
    assert names(tmp_path / "more") == ["e.png"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other/linked").symlink_to(tree / "b/d")
    assert names(tmp_path / "other") == ["linked/e.png"]


def test_what_is_left_out_of_a_folder_is_counted_and_named(tree):
    result = run_every_frame(tree)
    assert result.returncode == 0
    assert raw_labels(result) == ["red"] * 5
    (line,) = [line for line in own_lines(result.stderr) if "left out" in line]
    assert f"1 x pipe or device, such as {tree}/pipe.jpg" in line
    assert f"1 x video, such as {tree}/clip.mp4" in line
    assert f"1 x other file, such as {tree}/b/notes.txt" in line


def test_globs_match_as_a_shell_does(tree):
    assert names(tree, "*.png") == ["a.png", "f.png"]
    assert names(tree, "?/*.png") == ["b/c.png"]
    assert names(tree, "**/*.png") == ["a.png", "f.png", "b/c.png", "b/d/e.png"]
    assert names(tree, "b/**/e.*") == ["b/d/e.png"]
    assert names(tree, ".hid*/*") == [".hidden/x.png"]
    assert names(tree, "[af].png") == ["a.png", "f.png"]
    assert names(tree, "b/d/self/self/e.pn[g]") == ["b/d/self/self/e.png"]


def test_what_a_glob_matches_and_is_no_picture_is_an_error_after_the_pictures(tree):
    result = run_every_frame(f"{tree}/*.*g")
    assert result.returncode == 1
    assert raw_labels(result) == ["red", "red"]
    assert f"not pictures: left out: 1 x pipe or device, such as {tree}/pipe.jpg" in result.stderr
    assert "1 of 3 pictures could not be read" in result.stderr


@pytest.mark.parametrize("pattern", ["", "*.mp4", "**/*"])
def test_videos_are_played_one_at_a_time(pattern, tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"0000ftypisom")
    result = run_every_frame(folder / pattern if pattern else folder)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = own_lines(result.stderr)
    assert "2 x video" in line
    assert f"a video is played one at a time: --source {folder}/a.mp4" in line


@pytest.mark.parametrize("files", [[], ["notes.txt"], ["pipe"]])
def test_a_folder_without_pictures_is_refused(files, tmp_path):
    for name in files:
        os.mkfifo(tmp_path / name) if name == "pipe" else (tmp_path / name).write_text("x")
    result = run_every_frame(tmp_path)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert "no pictures in it" in line
    assert all(name in line for name in files)


def test_what_has_a_pictures_name_but_is_none_is_named(tmp_path):
    save(tmp_path / "a.png", "red")
    (tmp_path / "b.jpg").write_text("no picture")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    frames = open_files(str(tmp_path))
    assert next(frames).source == str(tmp_path / "a.png")
    with pytest.raises(RunError, match="2 of 3 pictures could not be read"):
        list(frames)


@pytest.mark.parametrize("pattern", ["", "**/*.nothing", "*/*/*/*/*/*/*", "**/x/**/y/**/z"])
def test_a_search_of_the_whole_disk_is_stopped_within_two_seconds(pattern):
    words = command("run", "--model", INT8, "--faces", "off", "--source", f"/{pattern}")
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        time.sleep(3)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
        assert time.monotonic() - start < PROMPT_S
    assert "Traceback" not in errors


def test_a_search_looks_at_its_stop_event_in_one_huge_folder(tmp_path):
    for number in range(3000):
        (tmp_path / f"{number}.txt").touch()
    stop = Event()
    search = FileSearch(stop)
    paths = search.below(str(tmp_path))
    next(paths)
    stop.set()
    assert list(paths) == []


def test_a_folder_deeper_than_pythons_stack_is_searched(tmp_path):
    folder = tmp_path
    for _ in range(1500):
        folder /= "d"
        folder.mkdir()
    save(tmp_path / "d/d/a.png", "red")
    assert names(tmp_path) == ["d/d/a.png"]
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # shutil.rmtree is a recursion


def test_the_kernels_folders_are_not_searched():
    stop = Event()
    Timer(5, stop.set).start()
    assert not any(path.startswith(("/proc/", "/sys/")) for path in FileSearch(stop).below("/"))


def test_no_picture_and_no_permission_are_said(tmp_path):
    with pytest.raises(UserError, match="no such file, and no picture matches it"):
        open_files(str(tmp_path / "none/*.jpg"))
    with pytest.raises(UserError, match="File name too long"):
        open_files("x" * 300)
    with pytest.raises(UserError, match="null"):
        open_files("a\0b")
