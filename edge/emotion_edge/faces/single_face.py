"""The one face in a frame that is good enough to collect it or to learn from it."""

from collections.abc import Mapping

import numpy as np

from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import MIN_BRIGHTNESS, QUALITY_SIDE, check_quality
from emotion_edge.imaging.regions import Pixels, Region, luma, scale_region
from emotion_edge.model.contract import NO_FACE

SEVERAL = "several_faces"
_STEP = 8  # pixels, between those whose brightness is looked at


def single_face(pixels: Pixels, detector: FaceDetector, rule: Mapping[str, float]) -> Region | str:
    """Return the region of the only face in a frame, or why the frame is not used.

    pixels: (rows, columns, 3) uint8 RGB. rule: the crop rule. The reason is `NO_FACE`, `SEVERAL` or
    one of `check_quality`. No face is found in a dark frame, so darkness is the reason there.
    """
    faces = detector.detect(pixels)
    if len(faces) > 1:
        return SEVERAL
    if not faces:
        return "too_dark" if _is_dark(pixels) else NO_FACE
    region = face_region(faces[0], rule)
    picture = scale_region(pixels, region, QUALITY_SIDE, QUALITY_SIDE, grey=True)
    return check_quality(picture, faces[0].box.side) or region


def _is_dark(pixels: Pixels) -> bool:
    return bool(np.percentile(luma(pixels[::_STEP, ::_STEP]), 95) < MIN_BRIGHTNESS)
