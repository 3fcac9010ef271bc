"""Helpers for tests with the double of picamera2 (tests/edge/doubles)."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from emotion_edge.capture.camera import CameraSettings
from tests.edge.pictures import COLOURS

DOUBLES, EDGE = Path(__file__).parents[1] / "doubles", Path.cwd() / "edge"
RED, GREEN, BLUE, WHITE = *(COLOURS[name] for name in ("red", "green", "blue")), (240, 240, 240)
SCENE = np.repeat(np.repeat([[RED, GREEN], [BLUE, WHITE]], 240, 0), 320, 1).astype(np.uint8)
FAST = CameraSettings(fps=100)
FORMATS = ["BGR888", "RGB888", "XBGR8888", "XRGB8888", "YUV420", "NV12", "YUYV"]


def plan_text(scene: Path, **keys: object) -> str:
    """Return $PICAMERA2_DOUBLE: the image that the camera sees, and keys of the double's `PLAN`."""
    return json.dumps({"scene": str(scene), **keys})


def python_path(folder: Path = DOUBLES) -> str:
    """Return $PYTHONPATH of a daemon that imports libraries from a folder first."""
    return f"{folder}{os.pathsep}{EDGE}"


def first_frame(opener: Callable) -> np.ndarray:
    """Return the pixels of a camera's first frame."""
    with opener() as camera:
        return camera.read(2).pixels


def same(pixels: np.ndarray, expected: np.ndarray) -> bool:
    """Return whether two images are the same except for rounding and chroma at edges."""
    if pixels.shape != expected.shape:
        return False
    return np.percentile(np.abs(pixels.astype(int) - expected), 99) <= 3
