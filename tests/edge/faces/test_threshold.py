"""The threshold of the face detector, on real photographs."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from emotion_edge.errors import UserError
from emotion_edge.faces.changes import Changes
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box
from tests.edge.photographs import FACELESS, astronaut, paste, scene

NOTHING = Changes(np.zeros((30, 40), bool), 16)


def detect(threshold: float, picture: Image.Image) -> list[Box]:
    return [face.box for face in FaceDetector(threshold=threshold).detect(np.asarray(picture))]


@pytest.mark.searches
@pytest.mark.parametrize("name", ["coffee", "rocket"])
def test_a_threshold_of_04_finds_a_blurred_face_that_one_of_05_misses(name):
    box = Box(250, 150, 90)
    picture = paste(scene(name), astronaut(), box, 45).filter(ImageFilter.GaussianBlur(5))
    found, missed = (detect(each, picture) for each in (0.4, 0.5))
    assert iou(box, np.array(found)).max() > 0.4
    assert not missed or iou(box, np.array(missed)).max() < 0.4


@pytest.mark.searches
def test_the_lower_the_threshold_the_more_is_found():
    counts = []
    for threshold in (0.3, 0.4, 0.5, 0.63):
        counts.append(sum(len(detect(threshold, scene(name))) for name in FACELESS))
    assert counts == sorted(set(counts), reverse=True)


@pytest.mark.searches
def test_a_search_says_where_it_was_not_sure_and_looks_again_there():
    box = Box(250, 150, 90)
    pixels = np.asarray(paste(scene("rocket"), astronaut(), box))
    ((sure,), _) = FaceDetector().search(pixels)
    strict = FaceDetector(threshold=sure.score + 0.01)
    faces, (place,) = strict.search(pixels)
    assert faces == strict.search(pixels, changes=NOTHING, again=[place])[0] == []
    assert iou(box, np.array([place]))[0] > 0.5
    ((again,), _) = FaceDetector().search(pixels, changes=NOTHING, again=[place])
    assert iou(box, np.array([again.box]))[0] > 0.5
    empty = np.asarray(scene("rocket"))
    assert FaceDetector().search(empty, changes=NOTHING, again=[place]) == ([], [])


@pytest.mark.searches
def test_a_face_of_another_size_is_not_the_one_that_was_known_there():
    box, hidden = Box(250, 150, 60), Box(225, 125, 110)
    pixels = np.asarray(paste(scene("rocket"), astronaut(), box))
    for known, count in ((box, 1), (hidden, 0)):
        assert len(FaceDetector().detect_near(pixels, [known])) == count
        assert len(FaceDetector().search(pixels, changes=NOTHING, again=[known])[0]) == count


@pytest.mark.searches
def test_only_what_has_changed_is_searched():
    left, right = Box(100, 150, 90), Box(440, 150, 90)
    pixels = np.asarray(paste(paste(scene("rocket"), astronaut(), left), astronaut(), right))
    changes = Changes(np.zeros((30, 40), bool), 16)
    changes.blocks[10:14, 28:32] = True
    ((found,), _) = FaceDetector().search(pixels, changes=changes)
    assert iou(right, np.array([found.box]))[0] > 0.5
    both, _ = FaceDetector().search(pixels, changes=changes, again=[left])
    assert len(both) == 2
    assert len(FaceDetector().search(pixels, changes=changes, again=[right])[0]) == 1


@pytest.mark.parametrize("threshold", [-1, 0, 0.29, 1.01, float("nan")])
def test_a_threshold_out_of_its_range_is_refused(threshold):
    with pytest.raises(UserError, match=r"0\.3 to 1"):
        FaceDetector(threshold=threshold)
