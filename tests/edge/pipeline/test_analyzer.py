"""The analyzer on photographs of a face, in this process."""

from unittest import mock

import numpy as np
import pytest
from PIL import Image, ImageFilter

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier, mirrored
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.smoothing import SmoothingSettings
from tests.edge.models import FLOAT32, INT8
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
@pytest.mark.parametrize("search_every", [0, 0.3, 0.5])
def test_two_faces_that_cross_keep_their_numbers(search_every):
    # Both are the astronaut, so only movement distinguishes them. The one from the left passes in
    # front. In a process of its own, a slow machine would drop frames.
    analyzer = FaceAnalyzer(Classifier(INT8), FaceDetector(), search_every=search_every)
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


class Looks(Classifier):
    """A classifier that keeps every image that its network sees."""

    def __init__(self) -> None:
        super().__init__(FLOAT32)
        self.images: list[np.ndarray] = []
        run = self.network.run

        def keep_and_run(image):
            self.images.append(image)
            return run(image)

        self.network.run = keep_and_run


NOISE = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)


def test_in_a_stream_every_second_look_at_a_face_is_mirrored():
    classifier = Looks()
    analyzer = FaceAnalyzer(classifier)
    for i in range(4):
        analyzer.process(Frame("x", i, NOISE, i / 10))
    image = preprocess(NOISE, classifier.contract)
    expected = [image, mirrored(image)] * 2
    assert len(classifier.images) == 4
    assert all(map(np.array_equal, classifier.images, expected))


@pytest.mark.parametrize("seconds", [None, 0.0], ids=["a picture", "a frame a second"])
def test_both_looks_are_taken_where_no_other_frame_is_averaged_with_them(seconds):
    classifier = Looks()
    analyzer = FaceAnalyzer(classifier, frame_interval=1.0)
    faces = analyzer.process(Frame("x", 0, NOISE, seconds)).faces
    image = preprocess(NOISE, classifier.contract)
    assert len(classifier.images) == 2
    assert all(map(np.array_equal, classifier.images, (image, mirrored(image))))
    assert faces[0].decided
    assert faces[0].classification.preprocess_ms > 0


@pytest.mark.searches
def test_each_of_several_faces_has_its_own_looks():
    classifier = Looks()
    analyzer = FaceAnalyzer(classifier, FaceDetector(), search_every=0)
    one, both = frame_with_heads((60, 120)), frame_with_heads((60, 120), (400, 120))
    looks: dict[int, list[np.ndarray]] = {}
    for i, pixels in enumerate([one, both, both]):
        faces = analyzer.process(Frame("x", i, pixels, i / 10)).faces
        for face, image in zip(faces, classifier.images, strict=True):
            looks.setdefault(face.number, []).append(image)
        classifier.images.clear()
    assert [len(looks[number]) for number in (1, 2)] == [3, 2]
    straight = looks[1][0]
    expected = {1: [False, True, False], 2: [False, True]}  # both are the astronaut's head
    assert {n: [is_mirrored(each, straight) for each in looks[n]] for n in looks} == expected


def is_mirrored(image: np.ndarray, straight: np.ndarray) -> bool:
    """Return whether an image is more like the mirror image of another one than like that."""
    errors = [np.abs(image.astype(int) - each).mean() for each in (straight, mirrored(straight))]
    assert min(errors) < 0.5 * max(errors)
    return errors[1] < errors[0]


@pytest.mark.searches
@pytest.mark.parametrize(("radius", "reason"), [(0, None), (6, "blurred")])
def test_a_face_is_judged_by_more_pixels_than_a_small_network_needs(radius, reason):
    picture = Image.fromarray(frame_with_heads((200, 120)))
    faces = FaceDetector().detect(np.asarray(picture))
    # The place is that in the sharp picture: in the blurred one, the detector finds nothing.
    detector = mock.Mock(
        spec=FaceDetector, **{"search.return_value": (faces, []), "detect_near.return_value": []}
    )
    smoothing = SmoothingSettings(enter=0, leave=0, margin=0)
    analyzer = FaceAnalyzer(Classifier(INT8), detector, smoothing=smoothing, frame_interval=1.0)
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)))
    (face,) = analyzer.process(Frame("", 0, pixels, 0.0)).faces
    assert face.decision.reason == reason
