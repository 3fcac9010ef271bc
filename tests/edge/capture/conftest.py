"""The fixture that opens the double of picamera2."""

import sys
from collections.abc import Callable

import pytest
from PIL import Image

from emotion_edge.capture.camera import CameraSettings
from emotion_edge.capture.picamera2_camera import picamera2_opener
from tests.edge.capture.picamera2_double import DOUBLES, FAST, SCENE, plan_text


@pytest.fixture
def make_opener(monkeypatch, tmp_path):
    """A function that plans the camera's behaviour and returns the camera's opener."""
    monkeypatch.syspath_prepend(DOUBLES)
    for name in [name for name in sys.modules if name.partition(".")[0] == "picamera2"]:
        monkeypatch.delitem(sys.modules, name)
    scene = tmp_path / "scene.png"
    Image.fromarray(SCENE).save(scene)

    def plan(settings: CameraSettings = FAST, **keys: object) -> Callable:
        monkeypatch.setenv("PICAMERA2_DOUBLE", plan_text(scene, **keys))
        return picamera2_opener(settings)

    return plan
