"""Pictures that have nothing to do with each other: find the faces in one and classify each."""

import time

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classification, Classifier
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.pipeline.results import FaceResult, FrameResult
from emotion_edge.pipeline.smoothing import Decision

# Pixels of the least face that is looked for, unless the user names it: what is smaller in a small
# photograph is rarely a face that one could judge, and takes most of the search.
LEAST_SIDE = 32.0


def analyze_picture(
    frame: Frame, classifier: Classifier, detector: FaceDetector | None
) -> FrameResult:
    """Return everything found in a picture.

    detector: None takes the whole picture for a face, or the region that its file names.
    """
    if detector is None:
        answer = classifier.classify(frame.pixels, frame.face)
        return FrameResult(frame=frame, faces=(_result(answer),))
    start = time.perf_counter()
    found, _ = detector.search(frame.pixels, LEAST_SIDE)
    detect_ms = (time.perf_counter() - start) * 1000
    rule, faces = crop_rule_of(classifier.contract), []
    for number, face in enumerate(found, start=1):
        answer = classifier.classify(frame.pixels, face_region(face, rule))
        faces.append(_result(answer, number, face.box.scaled(frame.reduction)))
    return FrameResult(
        frame=frame,
        faces=tuple(faces),
        nobody=None if faces else "picture",
        face_count=len(faces),
        detect_ms=detect_ms,
    )


def _result(
    answer: Classification, number: int | None = None, box: Box | None = None
) -> FaceResult:
    return FaceResult(
        number=number,
        box=box,
        decision=Decision(answer.label),
        classification=answer,
        scores=answer.values,
        event="picture",
    )
