"""Doctor checks the camera and its colours."""

import time

import numpy as np
import pytest

from emotion_edge.commands.doctor.camera_checks import judge_skin
from tests.edge.commands.doctor.helpers import portrait, record_picture, run_doctor
from tests.edge.models import INT8


def test_swapped_colours_are_detected_on_a_face(tmp_path):
    source = record_picture(tmp_path / "recording", portrait(), fault="swapped")
    found = run_doctor("--model", INT8, "--source", source, code=1)
    assert found["camera"]["status"] == "ok"
    assert found["colours"]["status"] == "fail"
    assert "red and blue are swapped" in found["colours"]["found"]
    assert "OpenCV" in found["colours"]["remedy"]


def test_darkness_and_a_view_without_a_face_are_reported(tmp_path):
    source = record_picture(tmp_path / "dark", np.full((120, 160, 3), 5, np.uint8))
    found = run_doctor("--source", source, code=0)
    assert found["camera"]["status"] == "warn"
    assert "nearly black" in found["camera"]["found"]
    assert "no face in view" in found["colours"]["found"]


def test_without_a_source_there_is_a_remedy_and_no_failure():
    found = run_doctor(code=0)
    assert "emotion-compact.tflite: 7 labels" in found["model"]["found"]
    assert found["arithmetic"]["status"] == "ok"
    assert found["camera"]["status"] == "warn"
    assert found["camera"]["remedy"].startswith("--source picamera2, or source = ")
    assert "broker" not in found


@pytest.mark.parametrize("fault", ["stall", "vanish", "shape"])
def test_a_camera_without_frames_fails_with_the_reason(fault, tmp_path):
    source = record_picture(tmp_path / "recording", portrait(), fault=fault)
    start = time.monotonic()
    found = run_doctor("--source", source, "--stall", 0.5, code=1)
    reasons = {"stall": "no frame for 0.5 seconds", "vanish": "no camera", "shape": "a frame of"}
    assert reasons[fault] in found["camera"]["found"]
    assert time.monotonic() - start < 15


def test_the_order_of_colours_is_unknown_in_grey_light():
    assert judge_skin("picamera2", 1.0).status == "warn"
    assert judge_skin("picamera2", 1.3).status == "ok"
    assert "--stream lores" in judge_skin("picamera2", 0.7).remedy
    assert "rgb24" in judge_skin("-", 0.7).remedy
