"""`emotion-edge collect` on a real terminal: consent first, then pictures for training."""

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import read_image, read_picture
from emotion_edge.imaging.regions import cut_surroundings
from emotion_edge.model.model_file import SHIPPED, read_model
from emotion_edge.model.preprocessing import preprocess
from tests.edge.capture.picamera2_double import plan_text, python_path
from tests.edge.command_line import command, own_lines
from tests.edge.commands.collecting import collect, start
from tests.edge.photographs import frame_with_heads
from tests.edge.recordings import write_recording

pytestmark = pytest.mark.searches
RULE = {"face_width": 2.7, "eye_height": 0.39}


@pytest.fixture
def recording(tmp_path) -> Path:
    """Two seconds: eight frames with one face, one with none, one with two."""
    frames = [frame_with_heads((100 + 20 * i, 100)) for i in range(8)] + [
        frame_with_heads(),
        frame_with_heads((0, 0), (400, 250)),
    ]
    return write_recording(tmp_path / "recording", frames, rate=5)


def test_pictures_are_kept_as_the_daemon_sees_them_and_sorted_by_label(recording, tmp_path):
    result = collect(
        *("--label", "happy", "--count", 3, "--source", f"replay:{recording}"),
        *("--to", tmp_path / "data", "--every", 0),
    )
    assert result.returncode == 0, result.stderr
    paths = [Path(line) for line in result.stdout.splitlines()]
    assert len(paths) == 3
    assert sorted((tmp_path / "data").rglob("*.png")) == sorted(paths)
    assert {path.parent for path in paths} == {tmp_path / "data" / "train" / "happy"}
    assert json.loads((tmp_path / "data" / "crop.json").read_text()) == RULE
    frame = read_image(recording / "00000.png")
    (face,) = FaceDetector().detect(frame)
    around, region = cut_surroundings(frame, face_region(face, RULE))
    saved = read_picture(paths[0])
    assert np.array_equal(saved.pixels, around)
    assert saved.face == region
    contract = read_model(SHIPPED).contract
    expected = preprocess(frame, contract, face_region(face, RULE))
    assert np.array_equal(preprocess(saved.pixels, contract, saved.face), expected)
    assert "Has everybody in view agreed?" in result.terminal


def test_nobody_else_may_read_the_faces(recording, tmp_path):
    before = os.umask(0)
    try:
        result = collect(
            *("--label", "happy", "--count", 1, "--source", f"replay:{recording}"),
            *("--to", tmp_path / "new" / "data"),
        )
    finally:
        os.umask(before)
    assert result.returncode == 0, result.stderr
    written = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
    assert len(written) == 6
    assert [oct(path.stat().st_mode & 0o077) for path in written] == ["0o0"] * 6


def test_a_camera_that_does_not_close_is_exit_code_1(recording, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", python_path())
    monkeypatch.setenv("PICAMERA2_DOUBLE", plan_text(recording / "00000.png", hang="close"))
    result = collect(
        *("--label", "happy", "--count", 2, "--source", "picamera2", "--to", tmp_path / "data")
    )
    assert result.returncode == 1
    assert own_lines(result.stderr)[-1].endswith("the camera does not close within 5 seconds")
    assert "Exception ignored" not in result.stderr
    assert len(list((tmp_path / "data").rglob("*.png"))) == 2


@pytest.mark.parametrize("answer", ["no\n", "\n", "y\n", "\x04"])
def test_without_consent_nothing_is_written(answer, recording, tmp_path):
    result = collect(
        *("--label", "happy", "--source", recording, "--to", tmp_path / "data"), answer=answer
    )
    assert result.returncode == 2
    assert "no consent" in own_lines(result.stderr)[-1]
    assert not (tmp_path / "data").exists()


def test_ctrl_c_at_the_question_ends_it_without_writing(recording, tmp_path):
    process, ours = start(*("--label", "happy", "--source", recording, "--to", tmp_path / "data"))
    asked = b""
    while b"Type yes" not in asked:
        asked += os.read(ours, 1000)
    for _ in range(20):  # a signal just before the read starts only takes effect after it
        os.write(ours, b"\x03")
        with suppress(subprocess.TimeoutExpired):
            _, stderr = process.communicate(timeout=3)
            break
    os.close(ours)
    assert process.returncode == 130
    assert own_lines(stderr)[-1] == "emotion-edge: error: interrupted"
    assert not (tmp_path / "data").exists()


def test_without_a_terminal_nothing_is_written(recording, tmp_path):
    arguments = ("--label", "happy", "--source", recording, "--to", tmp_path / "data")
    result = subprocess.run(
        ["setsid", "--wait", *command("collect", *arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "asks for consent on a terminal" in own_lines(result.stderr)[-1]
    assert not (tmp_path / "data").exists()


def test_unusable_frames_are_left_out_and_counted(recording, tmp_path):
    result = collect(
        *("--label", "happy", "--source", recording, "--to", tmp_path / "data"),
        *("--split", "validation"),
    )
    detector = FaceDetector()
    faces = [len(detector.detect(read_image(path))) for path in sorted(recording.glob("*.png"))]
    assert faces.count(0) == 1
    single = faces.count(1)
    assert single >= 6
    assert result.returncode == 1
    assert len(list((tmp_path / "data" / "validation" / "happy").iterdir())) == single
    lines = own_lines(result.stderr)
    assert any("left out 1 frame(s): no_face" in line for line in lines)
    assert any(f"left out {9 - single} frame(s): several_faces" in line for line in lines)
    assert f"ended after {single} of 100 pictures" in lines[-1]


def test_a_second_run_adds_pictures_by_the_same_crop_rule(recording, tmp_path):
    tight = {"face_width": 2.0, "eye_height": 0.4}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "crop.json").write_text(json.dumps(tight))
    for count in (1, 2):
        result = collect(
            *("--label", "sad", "--count", 1, "--source", recording / "00002.png"),
            *("--to", tmp_path / "data"),
        )
        assert result.returncode == 0, result.stderr
        paths = sorted((tmp_path / "data").rglob("*.png"))
        assert len(paths) == count
    (face,) = FaceDetector().detect(read_image(recording / "00002.png"))
    x, y, other_x, other_y = face.eyes
    region = read_picture(paths[0]).face
    assert region.width == region.height == 2 * np.hypot(other_x - x, other_y - y)
    assert json.loads((tmp_path / "data" / "crop.json").read_text()) == tight


@pytest.mark.parametrize("label", ["", "a/b", "..", ".hidden", "no_face", "unknown", "a\nb"])
def test_a_label_that_cannot_be_a_class_is_refused(label, recording, tmp_path):
    result = collect("--label", label, "--source", recording, "--to", tmp_path / "data")
    assert result.returncode == 2
    assert "--label" in own_lines(result.stderr)[-1]


def test_dark_faces_are_left_out(tmp_path):
    dark = (0.2 * data.astronaut()).astype(np.uint8)
    assert FaceDetector().detect(dark), "the face must be detected to be rejected"
    Image.fromarray(dark).save(tmp_path / "dark.png")
    result = collect(
        *("--label", "happy", "--source", tmp_path / "dark.png", "--to", tmp_path / "data")
    )
    assert result.returncode == 1
    assert any("left out 1 frame(s): too_dark" in line for line in own_lines(result.stderr))
