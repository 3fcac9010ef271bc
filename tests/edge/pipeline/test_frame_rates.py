"""What a stream reports at every frame rate, from ten frames a second to one an hour."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.output.json_lines import lines_of
from emotion_edge.pipeline.aggregate import LabelCounter
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.results import FrameResult
from emotion_edge.pipeline.smoothing import SmoothingSettings
from tests.edge.models import INT8
from tests.edge.photographs import frame_with_heads
from tests.edge.pictures import solid

NOBODY, THERE = frame_with_heads(), frame_with_heads((200, 120))
OTHER_PLACE, BOTH = frame_with_heads((20, 20)), frame_with_heads((200, 120), (20, 20))
FREQUENT = (0.1, 0.5, 1, 2, 5)  # seconds between frames
SPARSE = (5.1, 60, 240)


def analyze(
    pictures: Sequence[np.ndarray], times: Sequence[float], **options: object
) -> Iterator[FrameResult]:
    """Yield the result of each frame; a solid colour is a whole frame that shows a face."""
    detector = None if pictures[0].shape == solid("red").shape else FaceDetector()
    smoothing = SmoothingSettings(enter=0.3, leave=0.2)
    analyzer = FaceAnalyzer(Classifier(INT8), detector, smoothing=smoothing, **options)
    for i, (pixels, seconds) in enumerate(zip(pictures, times, strict=True)):
        yield analyzer.process(Frame("", i, pixels, seconds))


def changes(results: Iterator[FrameResult]) -> list[tuple[int, int | None, bool]]:
    """Return frame, number and presence of the face in each line that reports a change."""
    lines = [line for result in results for line in lines_of(result, every_frame=False)]
    return [
        (line["frame"], line["face"], line["label"] != "no_face")
        for line in lines
        if line["event"] == "change"
    ]


def at(interval: float, pictures: Sequence[np.ndarray], **options: object) -> Iterator[FrameResult]:
    return analyze(pictures, [i * interval for i in range(len(pictures))], **options)


@pytest.mark.parametrize("interval", FREQUENT)
def test_a_false_face_in_one_frame_is_never_mentioned(interval):
    pictures = [*[NOBODY] * 3, THERE, *[NOBODY] * 10]
    assert changes(at(interval, pictures)) == [(0, None, False)]


@pytest.mark.parametrize("interval", FREQUENT)
def test_a_false_face_next_to_a_real_one_is_never_mentioned(interval):
    pictures = [*[THERE] * 3, BOTH, *[THERE] * 9, *[NOBODY] * 9]
    (first, *_), (_, *last) = (found := changes(at(interval, pictures)))
    assert len(found) == 2
    assert (first, last) == (max(1, round(0.2 / interval)), [1, False])


def test_a_false_face_in_one_frame_is_neither_counted_nor_the_main_face():
    main, counter, labels = MainFace(), LabelCounter(0.0), []
    counts: dict[str, int] = {}
    for result in at(0.1, [THERE, *[NOBODY] * 10]):
        main.update(result)
        labels.append(main.decision.label)
        if result.ended or result.nobody:
            counts = dict(counter.process(result).counts.counts)
            break
    assert set(labels) == {"unknown", "no_face"}
    assert counts == {"no_face": 1}


@pytest.mark.parametrize("interval", FREQUENT)
def test_one_missed_detection_ends_nothing(interval):
    pictures = [*[THERE] * 4, NOBODY, *[THERE] * 4, NOBODY, *[THERE] * 4]
    assert changes(at(interval, pictures)) == [(max(1, round(0.2 / interval)), 1, True)]


@pytest.mark.parametrize("interval", FREQUENT)
def test_coming_and_leaving_are_reported_after_two_frames_or_in_time(interval):
    pictures = [NOBODY, *[THERE] * 6, *[NOBODY] * 9]
    came, left = changes(at(interval, pictures))[1:]
    assert came[1:] == (1, True)
    found = max(0.3, interval)  # the first search that may find it
    assert came[0] * interval <= found + max(0.2, interval) + 1e-6
    assert left[1:] == (1, False)
    assert left[0] - 6 in ((6, 7) if interval == 0.1 else (2,))  # 0.6 s, or two frames


@pytest.mark.parametrize("interval", SPARSE)
def test_one_frame_is_enough_where_frames_are_far_apart(interval):
    pictures = [NOBODY, NOBODY, THERE, THERE, NOBODY, THERE]
    expected = [(0, None, False), (2, 1, True), (4, 1, False), (5, 1, True)]
    assert changes(at(interval, pictures)) == expected


@pytest.mark.parametrize("interval", (60, 240))
def test_somebody_who_stays_keeps_the_number_at_one_frame_a_minute(interval):
    assert changes(at(interval, [NOBODY, *[THERE] * 5])) == [(0, None, False), (1, 1, True)]


def test_a_face_is_not_the_one_that_was_there_an_hour_ago():
    times = [0, 0.1, 0.2, 0.3, 3600.3, 3600.4, 3600.5, 3600.6]
    found = changes(analyze([THERE] * 8, times))
    assert found == [(2, 1, True), (4, 1, False), (6, 2, True)]
    assert changes(at(3600, [NOBODY, THERE, THERE])) == [
        *((0, None, False), (1, 1, True)),
        *((2, 1, False), (2, 2, True)),  # the end comes first: the last line tells who is there
    ]


def test_somebody_who_moved_between_two_rare_frames_is_another_face():
    found = changes(at(60, [NOBODY, THERE, OTHER_PLACE]))
    assert found[1:] == [(1, 1, True), (2, 1, False), (2, 2, True)]


@pytest.mark.parametrize("pause", (6, 60, 3600))
def test_the_first_frame_after_a_pause_is_not_enough(pause):
    """As with a camera that is triggered by movement: bursts of frames with long pauses."""
    burst = [0.1 * i for i in range(12)]
    pictures = [*[NOBODY] * 12, THERE, *[NOBODY] * 11]  # the first one is searched
    assert changes(analyze(pictures, [*burst, *(pause + t for t in burst)])) == [(0, None, False)]
    colours = [*[solid("red")] * 12, solid("blue"), *[solid("green")] * 11]
    labels = [
        (face.decision.label, result.frame.index)
        for result in analyze(colours, [*burst, *(pause + t for t in burst)])
        for face in result.faces
        if face.event == "change"
    ]
    assert [label for label, _ in labels] == ["red", "green"]


def label_changes(results: Iterator[FrameResult]) -> list[tuple[int, str]]:
    return [
        (result.frame.index, face.decision.label)
        for result in results
        for face in result.faces
        if face.event == "change"
    ]


@pytest.mark.parametrize("interval", (*FREQUENT, *SPARSE, 3600))
def test_a_new_expression_is_reported_after_two_frames_or_in_time_or_at_once(interval):
    pictures = [*[solid("red")] * 6, *[solid("green")] * 6]
    late = 0 if interval > 5 else max(1, round(0.35 / interval))
    first, second = label_changes(at(interval, pictures))
    assert first == (max(1, round(0.2 / interval)), "red")
    assert second[1] == "green"
    assert 6 <= second[0] <= 6 + late


@pytest.mark.parametrize("interval", FREQUENT)
def test_a_wrong_label_in_one_frame_is_not_reported(interval):
    pictures = [*[solid("red")] * 6, solid("green"), *[solid("red")] * 6]
    assert [label for _, label in label_changes(at(interval, pictures))] == ["red"]


def test_the_first_frame_gives_a_label_where_the_interval_is_known():
    pictures = [solid("red"), solid("green")]
    assert label_changes(at(60, pictures, frame_interval=60)) == [(0, "red"), (1, "green")]
    assert label_changes(at(60, pictures)) == [(1, "green")]
    assert label_changes(at(1, pictures, frame_interval=1)) == []


def test_the_first_frame_after_a_pause_and_after_another_model_gives_a_label_too():
    analyzer = FaceAnalyzer(Classifier(INT8))
    for i in range(2):
        analyzer.process(Frame("", i, solid("red"), 60.0 * i))
    analyzer.no_signal("", "paused")
    assert label_changes(iter([analyzer.process(Frame("", 9, solid("red"), 540.0))]))
    analyzer.set_classifier(Classifier(INT8))
    assert label_changes(iter([analyzer.process(Frame("", 10, solid("red"), 600.0))]))


def test_a_dwell_longer_than_the_distance_of_frames_is_waited_for():
    analyzer = FaceAnalyzer(Classifier(INT8), smoothing=SmoothingSettings(dwell=20))
    found = [analyzer.process(Frame("", i, solid("red"), 8.0 * i)) for i in range(5)]
    assert label_changes(iter(found)) == [(3, "red")]


@pytest.mark.parametrize(
    "odd", ([0.5, 0.5], [-100.0, -99.9], [float("nan")] * 2, [float("inf"), float("-inf")])
)
def test_times_that_step_back_or_stand_still_or_are_no_numbers_harm_nothing(odd):
    before = [i / 10 for i in range(6)]
    start = odd[-1] if np.isfinite(odd[-1]) else 0.5
    after = [start + (i + 1) / 10 for i in range(14)]
    pictures = [*[THERE] * 8, *[NOBODY] * 14]
    found = changes(analyze(pictures, [*before, *odd, *after]))
    assert [line[1:] for line in found] == [(1, True), (1, False)]
    assert found[1][0] <= 8 + 9
