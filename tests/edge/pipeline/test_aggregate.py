"""Counts and figures that do not show who is there, and the counters of reconnections."""

from collections import Counter

import numpy as np
import pytest

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.aggregate import LabelCounter
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.stats import PipelineStats, Throughput
from tests.edge.models import INT8
from tests.edge.photographs import frame_with_heads

LEFT, RIGHT = (60, 120), (400, 120)
FRAME = Frame("camera", 0, np.zeros((1, 1, 3), np.uint8), 0.0, dropped=2)


@pytest.mark.searches
@pytest.mark.parametrize("places", [[(LEFT, RIGHT), (LEFT,), ()], [(LEFT, RIGHT), (), (LEFT,), ()]])
def test_no_face_is_counted_once_for_each_frame_in_which_nobody_is(places):
    analyzer = FaceAnalyzer(Classifier(INT8), FaceDetector())
    counter = LabelCounter(0, PipelineStats(periodic=True))  # each frame is a period
    counts, left_behind, empty = Counter(), 0, 0
    for i, heads in enumerate(each for each in places for _ in range(12)):
        result = analyzer.process(Frame("camera", i, frame_with_heads(*heads), i / 5))
        period = counter.process(result).counts.counts
        counts.update(period)
        assert period.get("no_face", 0) == (result.face_count == 0)
        left_behind += bool(result.ended) and result.face_count > 0
        empty += result.face_count == 0
    assert counts["no_face"] == empty >= 5
    assert left_behind or len(places) == 4


def test_figures_about_frames_change_only_when_a_period_ends():
    stats = PipelineStats(periodic=True)
    for _ in range(100):
        stats.processed(FRAME, None)
    assert stats.shown == Throughput()
    assert stats.summary == "running"
    assert stats.counted == 300  # all of the camera's frames, however long each one took
    stats.end_period()
    shown = stats.shown
    assert (shown.frames, shown.dropped) == (100, 200)
    assert "frames per second" in stats.summary
    stats.processed(FRAME, None)
    assert stats.shown == shown
    # The rate is that of the period, not that of the last seconds.
    assert shown.frame_rate > 1000
    stats.end_period()
    assert stats.shown.frames == 101


def test_a_first_success_after_failures_is_no_reconnection():
    stats = PipelineStats()
    for _ in range(3):
        stats.stream_lost("no such camera")
    stats.received(FRAME)
    assert stats.camera_reconnects == 0
    stats.stream_lost("no frame")
    stats.stream_lost("no such camera")
    stats.processed(FRAME, None)
    stats.processed(FRAME, None)
    assert stats.camera_reconnects == 1
