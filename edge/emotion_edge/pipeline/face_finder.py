"""The faces in a stream's frames: when to search, and whom to follow in between."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.nms import iou
from emotion_edge.faces.tracker import SPARSE_S, Track
from emotion_edge.faces.types import Box, Face
from emotion_edge.pipeline.change_gate import ChangeGate
from emotion_edge.pipeline.frame_clock import FrameClock

Pixels = npt.NDArray[np.uint8]


class FaceFinder:
    """Finds the faces in the frames of one stream."""

    def __init__(self, detector: FaceDetector, search_every: float) -> None:
        """search_every: seconds between two searches, see `FaceAnalyzer`."""
        self._detector, self._search_every = detector, search_every
        self.reset()

    def reset(self) -> None:
        """Forget what was searched, as after a time without frames."""
        self._next_search, self._gate = float("-inf"), ChangeGate()
        self._unsure: list[Box] = []

    def find(self, pixels: Pixels, tracks: Iterable[Track], clock: FrameClock) -> list[Face]:
        """Return the faces in the next frame.

        pixels: (rows, columns, 3) uint8 RGB. tracks: the faces that are known. clock: at the time
        of the frame.
        """
        expected = [track.expected(clock.seconds) for track in tracks]
        if clock.seconds < self._next_search:
            return self._follow(pixels, expected)
        self._next_search = clock.seconds + self._search_every
        is_sparse = clock.spacing > SPARSE_S
        found, is_whole = self._search(pixels, expected, is_sparse=is_sparse)
        if is_whole and (is_sparse or clock.spacing < self._search_every):
            return found
        # It may be less clear for a moment, and if frames come rarely, none in between finds it.
        return found + self._follow(pixels, _apart(expected, [face.box for face in found]))

    def _search(
        self, pixels: Pixels, expected: list[Box], *, is_sparse: bool
    ) -> tuple[list[Face], bool]:
        """Return the faces in what has changed and where they were, and whether that is all."""
        if is_sparse:
            self._gate = ChangeGate()  # what was seen so long ago is nothing to compare with
        changes = None if is_sparse else self._gate.changes(pixels, expected)
        if changes is None:
            found, self._unsure = self._detector.search(pixels)
            return found, True
        again = [*expected, *self._unsure]
        found, unsure = self._detector.search(pixels, changes=changes, again=again)
        known = [face.box for face in found] + unsure
        unchanged = [box for box in self._unsure if not changes.touch(box)]
        self._unsure = unsure + _apart(unchanged, known)
        return found, False

    def _follow(self, pixels: Pixels, boxes: list[Box]) -> list[Face]:
        found = self._detector.detect_near(pixels, boxes)
        # A face that is lost may be somewhere else.
        self._gate.reopen(_apart(boxes, [face.box for face in found]))
        return found


def _apart(boxes: Iterable[Box], others: list[Box]) -> list[Box]:
    """Return the boxes that overlap with none of the others."""
    squares = np.array(others).reshape(-1, 3)
    return [box for box in boxes if not iou(box, squares).any()]
