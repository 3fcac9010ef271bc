"""Face tracking: give each face the same number from frame to frame.

A detected box is assigned to the track that it overlaps most. Each track's last box is first moved
by its speed, so that two people who pass each other keep their numbers. All limits are in seconds,
so that they hold at every frame rate. One missed detection does not end a track, unless frames come
so rarely that the next one would tell too late.
"""

from dataclasses import dataclass

import numpy as np

from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box, Face

_MIN_IOU = 0.2  # minimum overlap of a detected box with a track's expected box
SPARSE_S = 4.0  # if frames are further apart, each one is judged on its own
_SAME_FACE_S = 300.0  # a face at the place of one that was not seen for longer is another face
_MAX_EXTRAPOLATION_S = 1.5  # nobody moves at constant speed for longer
_SPEED_WEIGHT = 0.5  # weight of the newest speed in the average: detected boxes jitter


@dataclass
class Track:
    """A face that is tracked.

    number: its number, from 1. face: as last seen. seconds: the time of that frame. speed: of the
    box's left and top, in pixels per second. misses: frames since then.
    """

    number: int
    face: Face
    seconds: float
    speed: tuple[float, float] = (0.0, 0.0)
    misses: int = 0

    def expected(self, seconds: float) -> Box:
        """Return the expected box at a time: at constant speed, but not for long."""
        elapsed, box = seconds - self.seconds, self.face.box
        if elapsed > _MAX_EXTRAPOLATION_S:
            return box
        x, y = (start + v * elapsed for start, v in zip(box[:2], self.speed, strict=True))
        return Box(x, y, box.side)

    def update(self, face: Face, seconds: float) -> None:
        """Record the face as seen at a time."""
        elapsed = seconds - self.seconds
        if elapsed > _MAX_EXTRAPOLATION_S:
            self.speed = (0.0, 0.0)
        elif elapsed > 0:
            starts = zip(face.box[:2], self.face.box[:2], strict=True)
            newest = ((now - before) / elapsed for now, before in starts)
            x, y = (
                _SPEED_WEIGHT * new + (1 - _SPEED_WEIGHT) * old
                for new, old in zip(newest, self.speed, strict=True)
            )
            self.speed = (x, y)
        self.face, self.seconds, self.misses = face, seconds, 0


class FaceTracker:
    """Tracks faces across frames.

    timeout_s: a face that is not seen for longer is dropped if two frames in a row miss it; after
    `SPARSE_S` seconds, one frame is enough.
    """

    def __init__(self, timeout_s: float = 0.6) -> None:
        """Start without tracks."""
        self.timeout_s = timeout_s
        self.tracks: list[Track] = []

    def update(self, faces: list[Face], seconds: float) -> tuple[list[Track], list[Track]]:
        """Add the faces of a frame; return the track of each face, and the tracks dropped.

        The number of a dropped track is free for a new face. seconds: the frame's time.
        """
        seen = self._assign(faces, seconds)
        numbers = {track.number for track in seen}
        missed = [track for track in self.tracks if track.number not in numbers]
        for track in missed:
            track.misses += 1
        dropped = [track for track in missed if self._has_left(track, seconds)]
        self.tracks = [track for track in self.tracks if track not in dropped]
        return seen, dropped

    def _has_left(self, track: Track, seconds: float) -> bool:
        unseen = seconds - track.seconds
        return unseen > SPARSE_S or (unseen > self.timeout_s and track.misses > 1)

    def _assign(self, faces: list[Face], seconds: float) -> list[Track]:
        """Return each face's track, updated or new."""
        matches = self._match(faces, seconds)
        for i, face in enumerate(faces):
            if i in matches:
                matches[i].update(face, seconds)
            else:
                matches[i] = self._add(face, seconds)
        return [matches[i] for i in range(len(faces))]

    def _match(self, faces: list[Face], seconds: float) -> dict[int, Track]:
        """Return the tracks of known faces by the faces' indices, best overlap first."""
        recent = [track for track in self.tracks if seconds - track.seconds <= _SAME_FACE_S]
        expected = np.array([track.expected(seconds) for track in recent]).reshape(-1, 3)
        overlap = np.array([iou(face.box, expected) for face in faces])
        matches: dict[int, Track] = {}
        while overlap.size and overlap.max() >= _MIN_IOU:
            row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
            matches[int(row)] = recent[int(column)]
            overlap[row, :] = overlap[:, column] = 0
        return matches

    def _add(self, face: Face, seconds: float) -> Track:
        taken = {track.number for track in self.tracks}
        number = next(n for n in range(1, len(taken) + 2) if n not in taken)
        self.tracks.append(track := Track(number, face, seconds))
        return track
