"""The analyzer on photographs of a face, in this process."""

import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.smoothing import SmoothingSettings
from tests.edge.models import INT8
from tests.edge.photographs import frame_with_heads
from tests.edge.pictures import solid


@pytest.mark.searches
def test_a_stream_has_the_label_of_its_photograph_within_a_second():
    classifier = Classifier(INT8)
    analyzer = FaceAnalyzer(classifier, FaceDetector())
    # The label of the photograph on its own is the truth for the stream.
    label = analyzer.process(Frame("", 0, frame_with_heads((200, 120)))).faces[0].decision.label
    analyzer = FaceAnalyzer(
        classifier, FaceDetector(), smoothing=SmoothingSettings(enter=0.3, leave=0.2)
    )
    changes = []
    for i in range(30):
        pixels = frame_with_heads((200 + 4 * i, 120)) if 5 <= i < 20 else frame_with_heads()
        result = analyzer.process(Frame("", i, pixels, i / 10))
        changes += [
            (i / 10, face.decision.label) for face in result.faces if face.event == "change"
        ]
        if result.ended or result.nobody == "change":
            changes.append((i / 10, "no_face"))
    assert [each for _, each in changes] == ["no_face", label, "no_face"]
    assert changes[1][0] - 0.5 <= 0.7
    assert changes[2][0] - 2.0 <= 0.75


@pytest.mark.searches
def test_two_faces_that_cross_keep_their_numbers():
    # Both are the astronaut, so only movement distinguishes them. The one from the left passes in
    # front. In a process of its own, a slow machine would drop frames.
    analyzer = FaceAnalyzer(Classifier(INT8), FaceDetector())
    boxes: dict[int, list[float]] = {}
    for i in range(21):
        pixels = frame_with_heads((440 - 20 * i, 60), (20 + 20 * i, 100))
        for face in analyzer.process(Frame("", i, pixels, i / 10)).faces:
            boxes.setdefault(face.number, []).append(face.box.x)
    assert set(boxes) == {1, 2}
    assert sorted((places[0], places[-1]) for places in boxes.values()) == [
        pytest.approx((44, 444), abs=20),
        pytest.approx((464, 64), abs=20),
    ]
    assert min(map(len, boxes.values())) < 21, "no face was hidden, so this tests nothing"


@pytest.mark.parametrize("seconds", [None, 0.0])
def test_a_second_pause_is_reported_if_frames_were_labelled_in_between(seconds):
    analyzer = FaceAnalyzer(Classifier(INT8), smoothing=SmoothingSettings(dwell=0))
    assert analyzer.no_signal("x", "paused").changed
    assert not analyzer.no_signal("x", "paused").changed
    analyzer.process(Frame("x", 0, solid("red"), seconds))
    assert analyzer.no_signal("x", "paused").changed
