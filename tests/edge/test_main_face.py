"""Whose label is the one that a camera's state has."""

from emotion_edge.faces.types import Box
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.results import FaceResult
from emotion_edge.pipeline.smoothing import Decision
from tests.edge.results import face, frame_result


def sized(number: int, side: float, label: str, **values: object) -> FaceResult:
    return face(label, number, Box(0, 0, side), **values)


def test_the_largest_face_speaks_until_it_has_gone():
    main = MainFace()
    assert main.decision == Decision(UNKNOWN, "starting")
    main.update(frame_result(sized(1, 50, "sad"), sized(2, 90, "happy")))
    assert main.decision.label == "happy"
    main.update(frame_result(sized(1, 200, "sad"), sized(2, 90, "angry")))
    assert main.decision.label == "angry"  # larger now, but the other one is still there
    main.update(frame_result(sized(1, 200, "sad"), ended=(2,)))
    assert main.decision.label == "sad"
    main.update(frame_result(ended=(1,)))
    assert (main.decision.label, main.face) == (NO_FACE, None)


def test_each_picture_has_a_largest_face_of_its_own():
    main = MainFace()
    main.update(frame_result(sized(1, 90, "sad"), sized(2, 50, "happy"), seconds=None))
    assert main.decision.label == "sad"
    main.update(frame_result(sized(1, 50, "fear"), sized(2, 90, "happy"), seconds=None))
    assert main.decision.label == "happy"
    main.update(frame_result(nobody="picture", seconds=None))
    assert main.decision.label == NO_FACE


def test_numbers_mean_nothing_across_a_time_without_frames():
    main = MainFace()
    main.update(frame_result(sized(1, 90, "sad")))
    main.no_signal("paused")
    assert main.decision == Decision(UNKNOWN, "paused")
    main.update(frame_result(sized(1, 50, "fear"), sized(2, 90, "happy")))
    assert main.decision.label == "happy"


def test_with_another_model_faces_are_others_and_the_label_stays_until_there_is_one():
    main = MainFace()
    main.update(frame_result(sized(1, 50, "sad"), sized(2, 90, "happy")))
    main.reset()
    assert main.decision.label == "happy"
    undecided = Decision(UNKNOWN, "low_score")
    main.update(frame_result(sized(1, 50, "sad", event="frame", decision=undecided)))
    assert main.decision.label == "happy"
    main.update(frame_result(sized(1, 50, "sad")))
    assert main.decision.label == "sad"
