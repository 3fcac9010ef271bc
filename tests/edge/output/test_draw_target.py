"""--draw never replaces anything but an earlier picture, and says so before any work starts."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Timer

import pytest

from emotion_edge.output.source_files import source_includes
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.pictures import save
from tests.edge.waiting import PROMPT_S

WHOLE_FRAMES = ("--model", INT8, "--faces", "off")
REPLACES = "would replace a picture of --source"


def frame(folder: Path, name: str = "mine.jpg") -> Path:
    return save(folder / name, "red")


def named_by(row: str) -> Callable[[Path], str]:
    """Return a function that makes a recording whose times.csv has `row`, and a/mine.jpg."""

    def make(folder: Path) -> str:
        frame(folder / "a")
        (folder / "linked").symlink_to("a")
        frame(folder / "recording", "0.png")
        text = f"file,seconds\n0.png,0\n{row.format(folder=folder)},1\n"
        (folder / "recording" / "times.csv").write_text(text)
        return "replay:recording"

    return make


def hard_link(folder: Path) -> str:
    frame(folder / "a")
    (folder / "recording").mkdir()
    os.link(folder / "a" / "mine.jpg", folder / "recording" / "0.jpg")
    (folder / "recording" / "times.csv").write_text("file,seconds\n0.jpg,0\n")
    return "replay:recording"


def linked_file_in_a_folder(folder: Path) -> str:
    frame(folder / "a")
    (folder / "photos" / "deep").mkdir(parents=True)
    (folder / "photos" / "deep" / "x.jpg").symlink_to("../../a/mine.jpg")
    return "photos"


def linked_folder_in_a_folder(folder: Path) -> str:
    frame(folder / "a")
    frame(folder / "photos", "own.jpg")
    (folder / "photos" / "more").symlink_to("../a")
    (folder / "a" / "loop").symlink_to("../photos")
    return "photos"


def glob_through_a_link(folder: Path) -> str:
    frame(folder / "a")
    (folder / "photos").mkdir()
    (folder / "photos" / "more").symlink_to("../a")
    return "photos/*/*.jpg"


@pytest.mark.parametrize(
    "make",
    [
        *map(named_by, ("../a/mine.jpg", "{folder}/a/mine.jpg", "../recording/../a/mine.jpg")),
        named_by("../linked/mine.jpg"),
        hard_link,
        linked_file_in_a_folder,
        linked_folder_in_a_folder,
        glob_through_a_link,
    ],
)
@pytest.mark.parametrize("target", ["a/mine.jpg", "a/../a/mine.jpg", "b/link.jpg"])
def test_no_picture_of_the_source_is_replaced_by_any_name(make, target, tmp_path):
    source = make(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "link.jpg").symlink_to("../a/mine.jpg")
    before = (tmp_path / "a" / "mine.jpg").read_bytes()
    result = edge("run", *WHOLE_FRAMES, "--source", source, "--draw", target, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert REPLACES in result.stderr
    assert (tmp_path / "a" / "mine.jpg").read_bytes() == before


@pytest.mark.parametrize("source", ["/usr", "/**/*.nothing", "/*/*/*/*/*/*/*"])
def test_the_search_for_a_picture_that_would_be_replaced_can_be_stopped(source, tmp_path):
    stop = Event()
    Timer(0.5, stop.set).start()
    start = time.monotonic()
    assert not source_includes(source, frame(tmp_path), stop)
    assert time.monotonic() - start < PROMPT_S


@pytest.mark.parametrize("source", ["/*.jpg", "/mine.jpg"])
def test_a_search_that_is_stopped_looks_no_further(source, tmp_path):
    path, stop = frame(tmp_path), Event()
    assert source_includes(f"{tmp_path}{source}", path, stop)
    stop.set()
    assert not source_includes(f"{tmp_path}{source}", path, stop)


def test_a_frame_that_is_not_there_yet_is_not_written_either(tmp_path):
    source = named_by("../a/later.jpg")(tmp_path)
    result = edge("run", *WHOLE_FRAMES, "--source", source, "--draw", "a/later.jpg", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert REPLACES in result.stderr


def test_a_new_picture_beside_the_source_and_an_earlier_sheet_may_be_written(tmp_path):
    source = named_by("../a/mine.jpg")(tmp_path)
    for target in ("a/sheet.jpg", "a/sheet.jpg", "new/sheet.png"):
        result = edge("run", *WHOLE_FRAMES, "--source", source, "--draw", target, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert (tmp_path / target).stat().st_size


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("out.gif", "the name must end in .jpg, .jpeg, .png"),
        ("out", "the name must end in"),
        (".jpg", "the name must end in"),
        ("folder.jpg", "is a folder: name a file"),
        ("pipe.jpg", "is not a file"),
        ("device.png", "is not a file"),
        ("model.jpg", "would replace a file that is not a picture"),
        ("model.jpg/sheet.jpg", "cannot write"),
        ("x" * 300 + ".jpg", "File name too long"),
        ("loop.jpg", "Too many levels of symbolic links"),
        ("/proc/nowhere/sheet.jpg", "cannot write to /proc/nowhere"),
        ("/dev/null/sheet.jpg", "cannot write to /dev/null"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    target, expected, photos, tmp_path
):
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "device.png").symlink_to("/dev/zero")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "model.jpg").write_bytes(INT8.read_bytes())
    model = ("--model", "model.jpg", "--faces", "off")
    result = edge("run", *model, "--source", photos, "--draw", target, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert expected in result.stderr
    assert "Traceback" not in result.stderr
    assert (tmp_path / "model.jpg").read_bytes() == INT8.read_bytes()
    assert not list(tmp_path.glob("out*"))


def test_a_null_character_in_the_settings_file_is_refused(photos, write_settings):
    settings = write_settings(r'draw = "a\u0000.jpg"')
    result = edge("run", *WHOLE_FRAMES, "--source", photos, "--config", settings)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
