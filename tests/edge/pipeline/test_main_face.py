"""The main face, whose label is the state of a camera."""

from emotion_edge.faces.types import Box
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.results import FaceResult
from emotion_edge.pipeline.smoothing import Decision
from tests.edge.results import face, frame_result


def sized(number: int, side: float, label: str, **values: object) -> FaceResult:
    return face(label, number, Box(0, 0, side), **values)


def test_the_largest_face_stays_the_main_face_until_it_leaves():
    main = MainFace()
    assert main.decision == Decision(UNKNOWN, "starting")
    main.update(frame_result(sized(1, 50, "sad"), sized(2, 90, "happy")))
    assert main.decision.label == "happy"
    main.update(frame_result(sized(1, 200, "sad"), sized(2, 90, "angry")))
    assert main.decision.label == "angry"  # face 1 is larger now, but face 2 is still there
    main.update(frame_result(sized(1, 200, "sad"), ended=(2,)))
    assert main.decision.label == "sad"
    main.update(frame_result(ended=(1,)))
    assert (main.decision.label, main.face) == (NO_FACE, None)


def test_each_picture_has_its_own_main_face():
    main = MainFace()
    main.update(frame_result(sized(1, 90, "sad"), sized(2, 50, "happy"), seconds=None))
    assert main.decision.label == "sad"
    main.update(frame_result(sized(1, 50, "fear"), sized(2, 90, "happy"), seconds=None))
    assert main.decision.label == "happy"
    main.update(frame_result(nobody="picture", seconds=None))
    assert main.decision.label == NO_FACE


def test_face_numbers_are_forgotten_when_frames_stop():
    main = MainFace()
    main.update(frame_result(sized(1, 90, "sad")))
    main.no_signal("paused")
    assert main.decision == Decision(UNKNOWN, "paused")
    main.update(frame_result(sized(1, 50, "fear"), sized(2, 90, "happy")))
    assert main.decision.label == "happy"


def test_after_a_reset_the_label_stays_until_a_face_has_a_new_one():
    main = MainFace()
    main.update(frame_result(sized(1, 50, "sad"), sized(2, 90, "happy")))
    main.reset()
    assert main.decision.label == "happy"
    undecided = Decision(UNKNOWN, "low_score")
    main.update(frame_result(sized(1, 50, "sad", event="frame", decision=undecided)))
    assert main.decision.label == "happy"
    main.update(frame_result(sized(1, 50, "sad")))
    assert main.decision.label == "sad"


def test_the_label_stays_while_another_model_has_none_for_a_known_face_yet():
    main = MainFace()
    main.update(frame_result(sized(1, 50, "sad"), sized(2, 90, "happy")))
    undecided = {"event": "frame", "decision": Decision(UNKNOWN, "low_score"), "decided": False}
    main.update(frame_result(sized(1, 50, "sad", **undecided), sized(2, 90, "sad", **undecided)))
    assert main.decision.label == "happy"
    main.update(frame_result(sized(1, 50, "sad", **undecided), ended=(2,)))
    assert main.decision.label == "sad"
