"""Streams of pictures through an analyzer, at any frame rate, and what is reported of them."""

from collections.abc import Iterator, Sequence

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.output.json_lines import lines_of
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.results import FrameResult
from emotion_edge.pipeline.smoothing import SmoothingSettings
from tests.edge.models import INT8
from tests.edge.pictures import solid

FREQUENT = (0.1, 0.5, 1, 2, 3, 4)  # seconds between frames
SPARSE = (4.1, 5, 60, 240)  # more than `SPARSE_S`


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
    """Yield the result of each frame; interval: seconds between two."""
    return analyze(pictures, [i * interval for i in range(len(pictures))], **options)


def label_changes(results: Iterator[FrameResult]) -> list[tuple[int, str]]:
    """Return frame and label of each change of a label."""
    return [
        (result.frame.index, face.decision.label)
        for result in results
        for face in result.faces
        if face.event == "change"
    ]
