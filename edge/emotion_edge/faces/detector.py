"""Finds faces: MediaPipe's BlazeFace (short range) on the TFLite runtime that is there anyway.

V. Bazarevsky et al., *BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs* (2019),
arXiv:1907.05047. The network looks at 128 x 128 pixels and gives, for each of 896 anchors, the
logit of there being a face and 16 numbers: box and six landmarks, relative to the anchor. The first
two landmarks are the eyes, the one on the picture's left first.

Constants are those of MediaPipe's graph for this model
(mediapipe/modules/face_detection/face_detection_short_range.pbtxt and face_detection.pbtxt): input
-1..1; strides 8, 16, 16, 16 with two anchors a cell and layer, of fixed size; coordinates in
pixels of the input, so divided by 128.

A face of 40 pixels in a frame of 640 x 480 is 8 pixels wide on that input and is missed. So a frame
is looked at as a whole and in overlapping squares, and what is found there is looked at twice more
from near, which takes away what only seemed a face (`tests/edge/test_faces.py`, `make bench`).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.faces.blazeface import (
    INPUT_SIDE,
    MIN_CANDIDATE_SCORE,
    anchors,
    fill_input,
    read_face_model,
)
from emotion_edge.faces.nms import iou, non_max_suppression
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.runtime import find_runtime, make_interpreter

ZOOM_FACTORS = (2.5, 2.0)  # the squares of the looks from near, over the box of what seems a face
# Least score of a face, the mean of the looks from near. On 57 photographs in 570 places and sizes
# 97.4 % are found with it, and 8 more boxes that are no faces; with 0.68 it is 96.3 % and none.
DEFAULT_THRESHOLD = 0.63
MIN_CONFIRM_SCORE = (
    0.5  # in one look from near, the least score of what may be, or still be, a face
)
MIN_SIZE_RATIO = 0.85  # a box may come out so much too small
MIN_FACE_RATIO = 1 / 16  # of the frame's longer side: 40 pixels of 640
# A tile is five times the smallest face: that is then 26 pixels wide on the network's input. The
# next coarser tiles are at most this many times larger, so that every size is found in one of them.
TILE, STEP = 5, 3.5
Window = tuple[float, float, float]
"""Left, top and side of what the network is shown, in pixels of the frame."""


@dataclass(frozen=True, kw_only=True)
class DetectorSettings:
    """How to look for faces.

    model: the network's file; None takes the installed one. threshold: the least score of a face,
    0..1. min_face: the least side of a face's box in pixels; None is `MIN_FACE_RATIO` of the
    frame's longer side.
    """

    model: Path | None = None
    threshold: float = DEFAULT_THRESHOLD
    min_face: int | None = None


class FaceDetector:
    """BlazeFace, loaded once."""

    def __init__(
        self,
        model: Path | None = None,
        *,
        threshold: float = DEFAULT_THRESHOLD,
        min_face: int | None = None,
        runtime: str = "auto",
        threads: int = 1,
    ) -> None:
        """Load the network from `model`, or from where it is installed.

        threshold: least score of a face. min_face: its least side in pixels, `SMALLEST` of the
        frame's longer side unless given. Raises UserError where the network is not to be had.
        """
        content = read_face_model(model)
        self.threshold, self.min_face = threshold, min_face
        self._interpreter = make_interpreter(content, find_runtime(runtime)[1], threads=threads)
        (self._input,) = self._interpreter.get_input_details()
        outputs = {int(out["shape"][-1]): out for out in self._interpreter.get_output_details()}
        self._boxes, self._logits = outputs[16]["index"], outputs[1]["index"]
        self._anchors = anchors()

    def find(self, pixels: npt.NDArray[np.uint8]) -> list[Face]:
        """Return the faces of a frame, (rows, columns, 3) uint8 RGB, the largest first."""
        rows, columns = pixels.shape[:2]
        least = self.min_face or max(rows, columns) * MIN_FACE_RATIO
        picture = Image.fromarray(pixels)
        seen = [self._run_window(picture, square) for square in tile_windows(columns, rows, least)]
        looks = [self._confirm(picture, box) for box in non_max_suppression(np.concatenate(seen))]
        faces = [face for face in looks if face is not None and face[3] >= self.threshold]
        return _merge_faces([face for face in faces if face[2] >= MIN_SIZE_RATIO * least])

    def detect_near(self, pixels: npt.NDArray[np.uint8], boxes: list[Box]) -> list[Face]:
        """Return those faces that are still near where they were, the largest first.

        One look a face: much less than `find`, but new faces are not seen. A score is `KEPT` or
        more, so that a face that `find` is in doubt about is not lost at once.
        """
        if not boxes:
            return []
        picture = Image.fromarray(pixels)
        looks = [self._zoom_in(picture, np.array(box), ZOOM_FACTORS[0]) for box in boxes]
        return _merge_faces(
            [face for face in looks if face is not None and face[3] >= MIN_CONFIRM_SCORE]
        )

    def _confirm(
        self, picture: Image.Image, candidate: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64] | None:
        """Return the mean of the looks from near, each about what the last one saw, or None."""
        looks = [candidate]
        for near in ZOOM_FACTORS:
            face = self._zoom_in(picture, looks[-1], near)
            if face is None or face[3] < MIN_CONFIRM_SCORE:
                return None
            looks.append(face)
        return np.asarray(np.mean(looks[1:], axis=0))

    def _zoom_in(
        self, picture: Image.Image, box: npt.NDArray[np.float64], near: float
    ) -> npt.NDArray[np.float64] | None:
        """Return the surest face about where one was, or None."""
        seen = non_max_suppression(self._run_window(picture, _zoom_window(box, near, picture.size)))
        seen = seen[iou(box, seen) > 0.2]
        return seen[0] if len(seen) else None

    def _run_window(self, picture: Image.Image, square: Window) -> npt.NDArray[np.float64]:
        """Return the candidates in a square of the frame.

        (n, 8): x, y, side, score, and x and y of each eye.
        """
        # Straight into the interpreter's memory, of which nobody may keep a view.
        fill_input(picture, square, self._interpreter.tensor(self._input["index"])()[0])
        self._interpreter.invoke()
        logits = self._interpreter.get_tensor(self._logits)[0, :, 0].clip(-100, 100)
        scores = 1 / (1 + np.exp(-logits.astype(np.float64)))
        keep = scores >= MIN_CANDIDATE_SCORE
        raw = self._interpreter.get_tensor(self._boxes)[0][keep] / INPUT_SIDE
        middle, size = raw[:, :2] + self._anchors[keep], raw[:, 2:4].mean(axis=1, keepdims=True)
        left, top, side = square
        boxes = np.hstack([middle - size / 2, size]) * side + (left, top, 0)
        eyes = (raw[:, 4:8] + np.tile(self._anchors[keep], 2)) * side + (left, top, left, top)
        return np.hstack([boxes, scores[keep, np.newaxis], eyes])


def _merge_faces(found: list[npt.NDArray[np.float64]]) -> list[Face]:
    faces = non_max_suppression(np.array(found).reshape(-1, 8))
    return [_make_face(*map(float, face)) for face in sorted(faces, key=lambda face: -face[2])]


def _make_face(x: float, y: float, side: float, score: float, *eyes: float) -> Face:
    left_x, left_y, right_x, right_y = eyes
    return Face(Box(x, y, side), score, (left_x, left_y, right_x, right_y))


def tile_windows(width: int, height: int, least: float) -> list[Window]:
    """Return where to look for faces of at least `least` pixels: the whole frame, then in it."""
    whole = max(width, height)
    result: list[Window] = [((width - whole) / 2, (height - whole) / 2, whole)]
    levels = int(np.ceil(np.log(max(1.0, whole / (TILE * least))) / np.log(STEP) - 1e-9))
    for level in range(1, levels + 1):
        side = whole * (TILE * least / whole) ** (level / levels)
        lefts, tops = (_tile_starts(length, side) for length in (width, height))
        result += [(left, top, side) for top in tops for left in lefts]
    return result


def _tile_starts(length: int, side: float) -> list[float]:
    """Return where squares begin that cover a length and overlap by a quarter."""
    if side >= length:
        return [(length - side) / 2]
    count = int(np.ceil((length - side) / (0.75 * side))) + 1
    return [float(start) for start in np.linspace(0, length - side, count)]


def _zoom_window(box: npt.NDArray[np.float64], near: float, size: tuple[int, int]) -> Window:
    """Return the square of a look from near, moved into the frame where it has room there."""
    side = min(near * box[2], max(size))
    left, top = (
        min(max(box[i] + (box[2] - side) / 2, 0), length - side)
        if side <= length
        else (length - side) / 2
        for i, length in enumerate(size)
    )
    return float(left), float(top), float(side)
