"""Results as the analyzer returns them."""

import numpy as np

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.types import Box
from emotion_edge.model.classifier import Classification
from emotion_edge.pipeline.results import FaceResult, FrameResult
from emotion_edge.pipeline.smoothing import Decision


def face(
    label: str, number: int | None = None, box: Box | None = None, **values: object
) -> FaceResult:
    """Return a face's result; `values` are further fields, such as event and decision."""
    scores = np.array([0.8, 0.2])
    classification = Classification(
        label=label,
        score=0.8,
        scores={label: 0.8, "other": 0.2},
        values=scores,
        logits=scores,
        embedding=scores,
        preprocess_ms=1.0,
        inference_ms=2.0,
    )
    given = {"decision": Decision(label), "event": "change", "scores": scores, **values}
    return FaceResult(number=number, box=box, classification=classification, **given)


def frame_result(*faces: FaceResult, seconds: float | None = 0.0, **values: object) -> FrameResult:
    """Return the result of a black frame; `values` are further fields, such as ended."""
    pixels = values.pop("pixels", np.zeros((100, 120, 3), np.uint8))
    return FrameResult(frame=Frame("x", 0, pixels, seconds), faces=faces, **values)
