"""Whose label is the one that a camera's state has."""

from emotion_edge.faces.types import Box
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.analyzer import FaceResult
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.smoothing import Decision


def face(number: int, side: float, label: str) -> FaceResult:
    return FaceResult(Decision(label), number, Box(0, 0, side))


def gone(number: int) -> FaceResult:
    return FaceResult(Decision(NO_FACE), number)


def test_the_largest_face_speaks_until_it_has_gone():
    scene = MainFace()
    assert scene.main.said == Decision(UNKNOWN, "starting")
    scene.see([face(1, 50, "sad"), face(2, 90, "happy")], stream=True)
    assert scene.main.said.label == "happy"
    scene.see([face(1, 200, "sad"), face(2, 90, "angry")], stream=True)
    assert scene.main.said.label == "angry"  # larger now, but the other one is still there
    scene.see([face(1, 200, "sad"), gone(2)], stream=True)
    assert scene.main.said.label == "sad"
    scene.see([gone(1)], stream=True)
    assert (scene.main.said.label, scene.main.face) == (NO_FACE, None)


def test_each_picture_has_a_largest_face_of_its_own():
    scene = MainFace()
    scene.see([face(1, 90, "sad"), face(2, 50, "happy")], stream=False)
    assert scene.main.said.label == "sad"
    scene.see([face(1, 50, "fear"), face(2, 90, "happy")], stream=False)
    assert scene.main.said.label == "happy"
    scene.see([FaceResult(Decision(NO_FACE))], stream=False)
    assert scene.main.said.label == NO_FACE


def test_numbers_mean_nothing_across_a_time_without_frames():
    scene = MainFace()
    scene.see([face(1, 90, "sad")], stream=True)
    scene.see_nothing("paused")
    assert scene.main.said == Decision(UNKNOWN, "paused")
    scene.see([face(1, 50, "fear"), face(2, 90, "happy")], stream=True)
    assert scene.main.said.label == "happy"


def test_with_another_model_faces_are_others_and_the_label_stays_until_there_is_one():
    scene = MainFace()
    scene.see([face(1, 50, "sad"), face(2, 90, "happy")], stream=True)
    scene.reset()
    assert scene.main.said.label == "happy"
    unsure = FaceResult(Decision(UNKNOWN, "low_score"), 1, Box(0, 0, 50), changed=False)
    scene.see([unsure], stream=True)
    assert scene.main.said.label == "happy"
    scene.see([face(1, 50, "sad")], stream=True)
    assert scene.main.said.label == "sad"
