"""Square boxes that overlap: by how much, and which of them stand for one face.

A box is a row of x, y and side in pixels, and what else is known of it.
"""

import numpy as np
import numpy.typing as npt

# Of MediaPipe's graph for BlazeFace (face_detection.pbtxt), which averages overlapping boxes by
# their scores.
MERGE_IOU = 0.3


def non_max_suppression(candidates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return candidates without those that overlap a surer one, which becomes their average.

    (n, 4 or more): x, y, side, score, and what else is to be averaged.

    Non-maximum suppression as BlazeFace has it (section 3.3); a box that lies within another is
    part of a face, seen in a square that cut the face in two.
    """
    left = candidates[np.argsort(-candidates[:, 3])]
    result = []
    while len(left):
        overlap = iou(left[0], left)
        same = overlap > MERGE_IOU
        mean = np.average(left[same], axis=0, weights=left[same, 3])
        result.append([*mean[:3], left[0, 3], *mean[4:]])
        left = left[~same & (_covered(left[0], left) <= 0.6)]
    return np.array(result).reshape(-1, candidates.shape[1])


def iou(one: npt.ArrayLike, others: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the intersection over union of a box (x, y, side, …) with each of (n, 3 or more)."""
    common, areas, area = _common(one, others)
    return np.asarray(common / (areas + area - common))


def _covered(one: npt.ArrayLike, others: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return which share of the smaller of two boxes lies in the other."""
    common, areas, area = _common(one, others)
    return np.asarray(common / np.minimum(areas, area))


def _common(
    one: npt.ArrayLike, others: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    x, y, side = np.asarray(one)[:3]
    across, down = (
        np.minimum(others[:, i] + others[:, 2], start + side) - np.maximum(others[:, i], start)
        for i, start in enumerate((x, y))
    )
    return across.clip(0) * down.clip(0), others[:, 2] ** 2, float(side) ** 2
