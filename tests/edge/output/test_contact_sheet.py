"""--draw: boxes and labels on a picture, or on a sheet of several."""

import resource
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.types import Box
from emotion_edge.model.contract import UNKNOWN
from emotion_edge.output.contact_sheet import MAX_PICTURES, ContactSheet
from emotion_edge.pipeline.smoothing import Decision
from tests.edge.command_line import edge
from tests.edge.models import INT8, with_contract
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


def picture_of(label: str, averaged: float, raw: float, **values: object) -> np.ndarray:
    """Return the picture of a face whose label has an averaged score and one of its frame alone."""
    answer = face(label, scores=np.array([averaged, 1 - averaged]), **values)
    alone = replace(answer.classification, score=raw, scores={label: raw, "other": 1 - raw})
    answer = replace(answer, classification=alone)
    sheet = ContactSheet()
    sheet.add(frame_result(answer))
    return np.asarray(sheet.image())


def test_the_score_is_the_one_that_the_label_is_based_on():
    picture = picture_of("happy", averaged=0.62, raw=0.11)
    assert np.array_equal(picture, picture_of("happy", averaged=0.62, raw=0.62))
    assert not np.array_equal(picture, picture_of("happy", averaged=0.11, raw=0.62))


def test_an_unknown_label_has_its_reason_instead_of_a_score():
    dark, dim = (
        picture_of("happy", averaged=score, raw=0.1, decision=Decision(UNKNOWN, reason))
        for score, reason in ((0.2, "too_dark"), (0.2, "low_score"))
    )
    assert not np.array_equal(dark, dim)
    again = picture_of("happy", averaged=0.3, raw=0.5, decision=Decision(UNKNOWN, "too_dark"))
    assert np.array_equal(dark, again)


def test_a_face_that_leaves_somebody_behind_does_not_leave_an_empty_picture():
    sheets = []
    for count in (0, 1):
        sheet = ContactSheet()
        sheet.add(frame_result(ended=(2,), face_count=count))
        sheets.append(np.asarray(sheet.image()))
    assert not np.array_equal(*sheets)


@pytest.mark.parametrize("labels", [("喜び", "счастье", "سعيد"), ("हँसी", "😀", "x" * 60)])
def test_labels_in_any_script_are_drawn(labels, photos, tmp_path):
    (tmp_path / "model.tflite").write_bytes(with_contract(labels=labels))
    model = ("--model", tmp_path / "model.tflite", "--faces", "off")
    for source, name in ((photos, "sheet.png"), (photos / "0-blue.png", "single.png")):
        result = edge("run", *model, "--source", source, "--draw", tmp_path / name)
        assert result.returncode == 0, result.stderr
        assert count_yellow(tmp_path / name) > 300


def test_a_sheet_that_cannot_be_written_at_the_end_is_exit_code_1(photos, tmp_path):
    def allow_small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    result = edge(
        *("run", *WHOLE_FRAMES, "--source", photos, "--draw", tmp_path / "sheet.jpg"),
        preexec_fn=allow_small_files_only,
    )
    assert result.returncode == 1
    assert f"cannot write to {tmp_path}" in result.stderr
    assert len(result.stdout.splitlines()) == 3
    assert not (tmp_path / "sheet.jpg").exists()
