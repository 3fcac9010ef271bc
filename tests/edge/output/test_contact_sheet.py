"""--draw: boxes and labels on a picture, or on a sheet of several."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.types import Box
from emotion_edge.output.contact_sheet import MAX_PICTURES, ContactSheet
from tests.edge.command_line import edge
from tests.edge.models import INT8
from tests.edge.pictures import COLOURS, save
from tests.edge.results import face, frame_result

YELLOW = np.array((255, 214, 10))
WHOLE_FRAMES = ("--model", INT8, "--faces", "off")


def count_yellow(path) -> int:
    """Return the number of pixels in the colour of boxes."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    return int((np.abs(pixels - YELLOW).max(axis=2) < 12).sum())


def test_one_picture_is_drawn_at_its_own_size_with_its_label(tmp_path):
    source = save(tmp_path / "red.png", "red")
    Image.open(source).resize((400, 320)).save(source)
    result = edge("run", *WHOLE_FRAMES, "--source", source, "--draw", tmp_path / "out.png")
    assert result.returncode == 0, result.stderr
    assert Image.open(tmp_path / "out.png").size == (400, 320)
    assert 300 < count_yellow(tmp_path / "out.png") < 20_000
    assert len(result.stdout.splitlines()) == 1


def test_several_pictures_make_a_sheet(photos, tmp_path):
    result = edge(
        "run", *WHOLE_FRAMES, "--source", photos, "--draw", tmp_path / "new" / "sheet.jpg"
    )
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "new" / "sheet.jpg") as sheet:
        assert sheet.format == "JPEG"
        assert sheet.width > 2.5 * sheet.height
        thirds = np.array_split(np.asarray(sheet).astype(int), 3, axis=1)
    for third, colour in zip(thirds, COLOURS.values(), strict=True):
        assert (np.abs(third - colour).max(axis=2) < 20).mean() > 0.3


def test_a_box_is_drawn_around_the_face():
    sheet, black = ContactSheet(), np.zeros((200, 400, 3), np.uint8)
    picture = face("happy", 1, Box(30, 40, 100), event="picture")
    sheet.add(frame_result(picture, seconds=None, pixels=black))
    pixels = np.asarray(sheet.image()).astype(int)
    assert not np.abs(pixels[140, 40:120] - YELLOW).any()
    assert not np.abs(pixels[80:130, 30] - YELLOW).any()
    assert not pixels[:, :25].any()
    assert not pixels[100:130, 40:120].any()


def test_only_changes_in_a_stream_are_drawn_up_to_a_limit():
    sheet = ContactSheet()
    sheet.add(frame_result(face("happy", event="frame")))
    sheet.add(frame_result())
    assert not sheet.pictures
    for _ in range(MAX_PICTURES + 5):
        sheet.add(frame_result(face("happy")))
    assert len(sheet.pictures) == MAX_PICTURES


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--draw", "out.gif"), "--draw out.gif: the name must end in .jpg, .jpeg, .png"),
        (("--draw", "out.jpg", "--aggregate", 5), "--draw shows who was there"),
    ],
)
def test_bad_options_are_refused(options, expected, photos, tmp_path):
    result = edge("run", *WHOLE_FRAMES, "--source", photos, *options, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert expected in result.stderr
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("a/mine.jpg", "a/mine.jpg", "would replace a picture of --source"),
        ("a", "a/mine.jpg", "would replace a picture of --source"),
        ("a/*", "link.jpg", "would replace a picture of --source"),
        ("a", "b.jpg", "b.jpg is a folder: name a file"),
    ],
)
def test_pictures_of_the_source_are_never_overwritten(source, name, expected, photos, tmp_path):
    picture = tmp_path / "a" / "mine.jpg"
    picture.parent.mkdir()
    Image.open(sorted(photos.iterdir())[0]).convert("RGB").save(picture)
    (tmp_path / "link.jpg").symlink_to(picture)
    (tmp_path / "b.jpg").mkdir()
    before = picture.read_bytes()
    result = edge("run", *WHOLE_FRAMES, "--source", source, "--draw", name, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert expected in result.stderr
    assert picture.read_bytes() == before
    (tmp_path / "sheet.jpg").touch()  # an earlier run's
    assert edge(
        "run", *WHOLE_FRAMES, "--source", source, "--draw", "sheet.jpg", cwd=tmp_path
    ).stdout
    assert (tmp_path / "sheet.jpg").stat().st_size


def test_a_sheet_that_cannot_be_written_is_exit_code_1(photos):
    result = edge("run", *WHOLE_FRAMES, "--source", photos, "--draw", "/proc/nowhere/sheet.jpg")
    assert result.returncode == 1
    assert "cannot write to /proc/nowhere" in result.stderr
    assert len(result.stdout.splitlines()) == 3
