"""Overlap and non-maximum suppression of square boxes.

A box is a row of x, y and side in pixels, which other values may follow.
"""

import numpy as np
import numpy.typing as npt

# From MediaPipe's graph for BlazeFace (face_detection.pbtxt), which averages overlapping boxes
# weighted by their scores.
MERGE_IOU = 0.3
_MAX_COVERED = 0.6  # a box with a larger share inside another is dropped


def non_max_suppression(candidates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Merge overlapping candidates: each group becomes its mean, with the highest score.

    candidates: (n, 4 or more): x, y, side, score, and any other values to average. Returns the
    merged ones in the same format, highest score first.

    This is BlazeFace's variant of non-maximum suppression (section 3.3 of the paper). A box that
    lies within a better one is dropped: it is part of a face, from a window that cut the face. So
    is one without a side, which overlaps nothing.
    """
    rest = candidates[candidates[:, 2] > 0]
    if len(rest) < 2:
        return rest
    rest = rest[np.argsort(-rest[:, 3])]
    result = []
    while len(rest):
        best = rest[0]
        common, areas, area = _areas(best, rest)
        same = common > MERGE_IOU * (areas + area - common)
        scores = rest[same, 3]
        mean = scores @ rest[same] / scores.sum()  # what np.average does, in half the time
        mean[3] = best[3]
        result.append(mean)
        rest = rest[~same & (common <= _MAX_COVERED * np.minimum(areas, area))]
    return np.array(result).reshape(-1, candidates.shape[1])


def iou(box: npt.ArrayLike, others: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the intersection over union of a box (x, y, side, …) with each of (n, 3 or more)."""
    common, areas, area = _areas(box, others)
    return np.asarray(common / (areas + area - common))


def _areas(
    box: npt.ArrayLike, others: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """Return the areas of the intersections, of `others`, and of `box`."""
    x, y, side = map(float, np.asarray(box)[:3])
    across, down = (
        np.minimum(others[:, i] + others[:, 2], start + side) - np.maximum(others[:, i], start)
        for i, start in enumerate((x, y))
    )
    return across.clip(0) * down.clip(0), others[:, 2] ** 2, side**2
