"""Follows faces from frame to frame: which box is whose.

Boxes are joined by how much they overlap, after each face's last box has been moved on by its
speed, so that two people who pass each other keep their numbers.
"""

from dataclasses import dataclass

import numpy as np

from emotion_edge.faces.nms import iou
from emotion_edge.faces.types import Box, Face

_JOIN = 0.2  # least overlap of a box with where a face is expected
_RENEW = 0.5  # how much of a face's speed is the newest one: a finder's boxes tremble


@dataclass
class Track:
    """A face that is followed. number: from 1, small. seconds: when it was last seen.

    face: as it was then. speed: of the box's left and top, pixels per second.
    """

    number: int
    face: Face
    seconds: float
    speed: tuple[float, float] = (0.0, 0.0)

    def expected(self, seconds: float) -> Box:
        """Return where the face should be by now."""
        passed, box = seconds - self.seconds, self.face.box
        x, y = (place + v * passed for place, v in zip(box[:2], self.speed, strict=True))
        return Box(x, y, box.side)

    def move(self, face: Face, seconds: float) -> None:
        """Take over where it is now."""
        passed = seconds - self.seconds
        if passed > 0:
            places = zip(face.box[:2], self.face.box[:2], strict=True)
            newest = ((now - then) / passed for now, then in places)
            x, y = (
                _RENEW * new + (1 - _RENEW) * old
                for new, old in zip(newest, self.speed, strict=True)
            )
            self.speed = (x, y)
        self.face, self.seconds = face, seconds


class FaceTracker:
    """All faces that are followed. patience: seconds that a face may be out of sight."""

    def __init__(self, patience: float = 0.6) -> None:
        """Start with none."""
        self.patience = patience
        self.tracks: list[Track] = []

    def update(self, faces: list[Face], seconds: float) -> tuple[list[Track], list[Track]]:
        """Take in the faces of a frame; return the tracks seen in it, and those given up.

        A number is free again when its face has been given up. seconds: the frame's time.
        """
        seen = self._join(faces, seconds)
        gone = [track for track in self.tracks if seconds - track.seconds > self.patience]
        self.tracks = [track for track in self.tracks if track not in gone]
        return seen, gone

    def _join(self, faces: list[Face], seconds: float) -> list[Track]:
        expected = np.array([track.expected(seconds) for track in self.tracks]).reshape(-1, 3)
        overlap = np.array([iou(face.box, expected) for face in faces])
        joined: dict[int, Track] = {}
        while overlap.size and overlap.max() >= _JOIN:
            row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
            joined[int(row)] = self.tracks[int(column)]
            overlap[row, :] = overlap[:, column] = 0
        for i, face in enumerate(faces):
            if i in joined:
                joined[i].move(face, seconds)
            else:
                joined[i] = self._new(face, seconds)
        return [joined[i] for i in range(len(faces))]

    def _new(self, face: Face, seconds: float) -> Track:
        taken = {track.number for track in self.tracks}
        number = next(n for n in range(1, len(taken) + 2) if n not in taken)
        self.tracks.append(track := Track(number, face, seconds))
        return track
