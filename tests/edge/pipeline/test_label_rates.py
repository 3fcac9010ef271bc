"""What a stream reports of labels at every frame rate, from ten frames a second to one an hour."""

import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.smoothing import SmoothingSettings
from tests.edge.command_line import edge, json_lines
from tests.edge.models import INT8
from tests.edge.pictures import raw_frames, solid
from tests.edge.streams import FREQUENT, SPARSE, analyze, at, label_changes


@pytest.mark.parametrize("interval", (*FREQUENT, *SPARSE, 3600))
def test_a_new_expression_is_reported_after_two_frames_or_in_time_or_at_once(interval):
    pictures = [*[solid("red")] * 6, *[solid("green")] * 6]
    late = 0 if interval > 4 else max(1, round(0.35 / interval))
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


@pytest.mark.parametrize("pause", (6, 60, 3600))
def test_a_wrong_label_in_the_first_frame_after_a_pause_is_not_reported(pause):
    burst = [0.1 * i for i in range(12)]
    pictures = [*[solid("red")] * 12, solid("blue"), *[solid("green")] * 11]
    results = analyze(pictures, [*burst, *(pause + t for t in burst)])
    assert [label for _, label in label_changes(results)] == ["red", "green"]


def test_every_tells_how_far_apart_frames_are():
    frames = ("run", "--model", INT8, "--faces", "off", "--source", "-", "--size", "40x30")
    for every, labels in ((60, ["red"]), (0, [])):
        result = edge(*frames, "--every", every, text=False, input=raw_frames("red"))
        assert [line["label"] for line in json_lines(result.stdout)] == labels
