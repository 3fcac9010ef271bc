"""What the network shall say of a scene, cell by cell."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from emotion_edge.faces.face_proposer import BOX_UNIT
from emotion_edge.faces.types import Box
from train.proposer.network import STRIDES

# Pixels of the faces that the cells of a stride answer for. They overlap, so that none is missed.
SIDES = {8: (10, 44), 16: (36, 112), 32: (92, 320)}
_TOLERANCE = 1.33  # cells need not answer for faces that are nearly of their sizes, but may
IGNORED = -1.0  # score of such a cell
Targets = dict[str, npt.NDArray[np.float32]]


def make_targets(faces: Sequence[Box], size: tuple[int, int]) -> Targets:
    """Return the targets for the outputs of `network.build_network`.

    size: width and height of the scene in pixels, multiples of the largest stride. For each stride,
    "score" is (rows, columns, 1): 1 in the middle of a face, less than 1 near it, where a cell is
    punished less for a high score, 0 elsewhere, or `IGNORED`. "box" is (rows, columns, 4): what
    the network shall return, and 1 where it counts.
    """
    result: Targets = {}
    for stride in STRIDES:
        columns, rows = (length // stride for length in size)
        score = np.zeros((rows, columns, 1), np.float32)
        box = np.zeros((rows, columns, 4), np.float32)
        for face in faces:
            if _is_visible(face, size):
                _add(score[..., 0], box, face, stride)
        result |= {f"score_{stride}": score, f"box_{stride}": box}
    return result


def _is_visible(face: Box, size: tuple[int, int]) -> bool:
    """Return whether the middle of a face is in the scene, or nearly."""
    middle, tolerance = np.add(face[:2], face.side / 2), 0.1 * face.side
    return bool((middle > -tolerance).all() and (middle < np.add(size, tolerance)).all())


def _add(
    score: npt.NDArray[np.float32], box: npt.NDArray[np.float32], face: Box, stride: int
) -> None:
    least, most = SIDES[stride]
    y, x = (np.indices(score.shape) + 0.5) * stride
    right, down = face.x + face.side / 2 - x, face.y + face.side / 2 - y
    distance = np.hypot(right, down)
    if least <= face.side <= most:
        middle = distance <= max(0.18 * face.side, 0.55 * stride)
        middle |= distance == distance.min()
        near = 0.9 * np.exp(-0.5 * (distance / (0.22 * face.side + 0.2 * stride)) ** 2)
        np.maximum(score, near, out=score, where=score >= 0)
        score[middle] = 1
        unit = BOX_UNIT * stride
        size = np.full_like(distance, np.log(face.side / unit))
        values = np.stack([right / unit, down / unit, size, np.ones_like(distance)], axis=-1)
        box[middle] = values[middle]
    elif least / _TOLERANCE <= face.side <= most * _TOLERANCE:
        score[(distance < 0.4 * face.side + 0.5 * stride) & (score < 1)] = IGNORED
