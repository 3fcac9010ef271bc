"""Face detection: propose places in the whole frame, then confirm each by looking closer.

A network of ours names the places. BlazeFace sees only 128 x 128 pixels, on which a face of 40
pixels in a frame of 640 x 480 is 8 pixels wide. So it looks at each place in two closer windows,
which removes most false detections. The numbers are measured in
`tests/edge/faces/test_detector.py` and `make bench`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.errors import UserError
from emotion_edge.faces.blazeface import MIN_CANDIDATE_SCORE, BlazeFace
from emotion_edge.faces.changes import Changes
from emotion_edge.faces.face_proposer import LARGEST_FACE, FaceProposer, whole_look
from emotion_edge.faces.nms import MERGE_IOU, iou, non_max_suppression
from emotion_edge.faces.types import Box, Face
from emotion_edge.faces.windows import whole_window, zoom_window

ZOOM_FACTORS = (2.5, 2.0)  # sides of the windows that confirm a candidate, over its box's side
# Minimum score of a face, the weighted mean of all looks. `python -m bench.finder --scenes` shows
# what others find: of 284 drawn faces, 0.6 finds 98.6 %, and 14 boxes without a face; 0.66 finds
# 97.9 %, and 7.
DEFAULT_THRESHOLD = 0.6
PROPOSAL_WEIGHT = 0.2  # of the proposer's score in that of a face
MIN_CONFIRM_SCORE = 0.5  # minimum score in a single zoomed window, unless the threshold is lower
NEARLY = 0.1  # a thing whose score is below the threshold by no more may soon be a face
_MIN_PROPOSAL_RATIO = 0.6  # of a proposal's side to that of the smallest face
_MIN_ZOOM_IOU = 0.2  # minimum overlap of a candidate with its box in a zoomed window
MAX_GROWTH = 1.5  # ratio of a face's sides in two frames, at most
MIN_SIZE_RATIO = 0.85  # tolerance: a detected box may be smaller than the face by this factor
MIN_FACE_RATIO = 1 / 16  # minimum side of a face over the frame's longer side: 40 of 640 pixels


@dataclass(frozen=True, kw_only=True)
class DetectorSettings:
    """Settings of the face detector.

    threshold: the minimum score of a face, `MIN_CANDIDATE_SCORE`..1. min_face: the minimum side of
    a face's box in pixels; None is `MIN_FACE_RATIO` of the frame's longer side.
    """

    threshold: float = DEFAULT_THRESHOLD
    min_face: int | None = None


class FaceDetector:
    """Finds the faces in a frame."""

    def __init__(
        self,
        *,
        threshold: float = DEFAULT_THRESHOLD,
        min_face: int | None = None,
        runtime: str = "auto",
        threads: int = 1,
    ) -> None:
        """Load the networks.

        threshold, min_face: see `DetectorSettings`. runtime, threads: see `RuntimeSettings`.
        Raises UserError if they cannot be used or the threshold is out of its range.
        """
        if not MIN_CANDIDATE_SCORE <= threshold <= 1:
            raise UserError(f"a face's threshold is {MIN_CANDIDATE_SCORE} to 1, not {threshold}")
        self.threshold, self.min_face = threshold, min_face
        self._min_confirm_score = min(MIN_CONFIRM_SCORE, threshold)
        self._network = BlazeFace(runtime=runtime, threads=threads)
        self._proposer = FaceProposer(runtime=runtime, threads=threads)

    def detect(self, pixels: npt.NDArray[np.uint8]) -> list[Face]:
        """Return all faces in a frame, (rows, columns, 3) uint8 RGB, largest first."""
        return self.search(pixels)[0]

    def search(
        self,
        pixels: npt.NDArray[np.uint8],
        least_side: float = 0.0,
        *,
        changes: Changes | None = None,
        again: Sequence[Box] = (),
    ) -> tuple[list[Face], list[Box]]:
        """Return what `detect` does, and where something is nearly clear or large enough.

        least_side: pixels of the smallest face to look for, if `min_face` names none and it is more
            than `MIN_FACE_RATIO` gives.
        changes: search only there. again: places to look at as well, changed or not.
        """
        if changes is not None and not changes.blocks.any() and not again:
            return [], []
        min_side = self._min_side(pixels, least_side)
        image = Image.fromarray(pixels)
        proposed = candidates = self._propose(image, min_side)
        if changes is not None:
            candidates = proposed[[changes.touch(each) for each in proposed]]
        confirmed = [self._confirm(image, candidate) for candidate in candidates]
        for box in again:
            if not iou(box, candidates).any():
                known = np.array([*box, _score_at(box, proposed)])
                confirmed.append(_similar(self._confirm(image, known), box))
        return self._judge(confirmed, min_side)

    def _propose(self, image: Image.Image, min_side: float) -> npt.NDArray[np.float64]:
        """Return where faces may be: (n, 4), see `FaceProposer.propose`."""
        scale, least = whole_look(*image.size, min_side)
        found = _at_least(least, self._proposer.propose(image, min_side))
        if min(image.size) * scale > LARGEST_FACE:
            large = self._network.detect(image, whole_window(*image.size))
            found = non_max_suppression(np.concatenate([found, large[:, :4]]))
        # Not suppressed by each other: seen so large, an eye can look more like a face than all.
        small = _at_least(min_side, self._proposer.propose_small(image, min_side))
        return np.concatenate([found, small])

    def _min_side(self, pixels: npt.NDArray[np.uint8], least_side: float = 0.0) -> float:
        return self.min_face or max(max(pixels.shape[:2]) * MIN_FACE_RATIO, least_side)

    def _judge(
        self, confirmed: Iterable[npt.NDArray[np.float64] | None], min_side: float
    ) -> tuple[list[Face], list[Box]]:
        nearly = self.threshold - NEARLY
        near = [face for face in confirmed if face is not None and face[3] >= nearly]
        least = MIN_SIZE_RATIO * min_side
        sure = [face for face in near if face[3] >= self.threshold and face[2] >= least]
        faces = _merge_faces(sure)
        unsure = [face.box for face in _merge_faces(near)] if len(near) > len(sure) else []
        known = np.array([face.box for face in faces]).reshape(-1, 3)
        return faces, [box for box in unsure if not iou(box, known).any()]

    def detect_near(self, pixels: npt.NDArray[np.uint8], boxes: list[Box]) -> list[Face]:
        """Return the faces that are still near the given boxes, largest first.

        It runs the network once per box, so it is much faster than `detect` but does not see new
        faces. It accepts scores from `MIN_CONFIRM_SCORE`, though the threshold is higher, so that a
        face that is detected with less confidence for a moment is not lost.
        """
        if not boxes:
            return []
        image = Image.fromarray(pixels)
        looks = ((box, self._zoom_in(image, np.array(box), ZOOM_FACTORS[0])) for box in boxes)
        found = (_similar(face, box) for box, face in looks)
        return _merge_faces(face for face in found if face is not None)

    def _confirm(
        self, image: Image.Image, candidate: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64] | None:
        """Zoom in on a candidate step by step; return the mean of the results, or None.

        The score is the weighted mean of that and the candidate's.
        """
        found: list[npt.NDArray[np.float64]] = []
        for factor in ZOOM_FACTORS:
            face = self._zoom_in(image, found[-1] if found else candidate, factor)
            if face is None:
                return None
            found.append(face)
        face = np.asarray(np.mean(found, axis=0))
        face[3] += PROPOSAL_WEIGHT * (candidate[3] - face[3])
        return face

    def _zoom_in(
        self, image: Image.Image, box: npt.NDArray[np.float64], factor: float
    ) -> npt.NDArray[np.float64] | None:
        """Return the best candidate that overlaps a box, seen in a window around it, or None."""
        window = zoom_window(box, factor, image.size)
        candidates = non_max_suppression(self._network.detect(image, window))
        near = candidates[iou(box, candidates) > _MIN_ZOOM_IOU]
        return near[0] if len(near) and near[0, 3] >= self._min_confirm_score else None


def _at_least(side: float, proposed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return proposed[proposed[:, 2] >= _MIN_PROPOSAL_RATIO * side]


def _score_at(box: Box, proposed: npt.NDArray[np.float64]) -> float:
    """Return the score of the best proposal that overlaps a box; 0 if there is none."""
    return float(proposed[iou(box, proposed) > MERGE_IOU, 3].max(initial=0))


def _similar(face: npt.NDArray[np.float64] | None, box: Box) -> npt.NDArray[np.float64] | None:
    """Return a face if it is as large as one that was known there; part of a hidden one is not."""
    if face is None or not 1 / MAX_GROWTH <= face[2] / box.side <= MAX_GROWTH:
        return None
    return face


def _merge_faces(found: Iterable[npt.NDArray[np.float64]]) -> list[Face]:
    faces = non_max_suppression(np.array(list(found)).reshape(-1, 8))
    return [_make_face(*map(float, face)) for face in sorted(faces, key=lambda face: -face[2])]


def _make_face(x: float, y: float, side: float, score: float, *eyes: float) -> Face:
    left_x, left_y, right_x, right_y = eyes
    return Face(Box(x, y, side), score, (left_x, left_y, right_x, right_y))
