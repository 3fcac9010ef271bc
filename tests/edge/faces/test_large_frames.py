"""Faces of all sizes in frames that are too large for one look, with --min-face."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box
from tests.edge.photographs import astronaut, paste, scene

MIN_FACE = 24
SIDES = (28, 30, 34, 45, 60, 90, 115, 125, 150, 240, 500, 1100)


def missed(picture: Image.Image, boxes: list[Box]) -> list[Box]:
    found = FaceDetector(min_face=MIN_FACE).detect(np.asarray(picture))
    squares = np.array([face.box for face in found]).reshape(-1, 3)
    return [box for box in boxes if iou(box, squares).max(initial=0) < 0.5]


@pytest.mark.searches
@pytest.mark.parametrize("name", ["coffee", "rocket"])
@pytest.mark.parametrize(("width", "height"), [(6000, 4000), (3000, 5000)])
def test_faces_of_all_sizes_are_found(name, width, height):
    picture = scene(name, width, height)
    boxes = [
        Box(width * (0.05 + 0.3 * column), height * (0.04 + 0.23 * row), side)
        for (row, column), side in zip(np.ndindex(4, 3), SIDES, strict=True)
    ]
    for box in boxes:
        picture = paste(picture, astronaut(), box)
    assert missed(picture, boxes) == []


@pytest.mark.searches
def test_part_of_a_large_face_does_not_hide_it(monkeypatch):
    """Seen so large, an eye can look more like a face than all of it."""
    box, eye = Box(1500, 900, 250), (1560, 960, 60, 0.9)
    picture, detector = (
        paste(scene("rocket", 4000, 3000), astronaut(), box),
        FaceDetector(min_face=MIN_FACE),
    )
    monkeypatch.setattr(detector._proposer, "propose", lambda *_: np.array([[*box, 0.4]]))
    monkeypatch.setattr(detector._proposer, "propose_small", lambda *_: np.array([eye]))
    (face,) = detector.detect(np.asarray(picture))
    assert iou(box, np.array([face.box]))[0] > 0.5
