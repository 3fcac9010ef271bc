"""One label for what a camera sees, where there are several faces: that of the main one.

The largest face is the main one when there was none, and stays it until it has gone.
"""

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.analyzer import FaceResult
from emotion_edge.pipeline.smoothing import Decision

NOBODY = FaceResult(Decision(NO_FACE))


class MainFace:
    """The faces of which something has been said. main: the sighting that speaks for all."""

    def __init__(self) -> None:
        """Begin before anything has been seen."""
        self._faces: dict[int | None, FaceResult] = {}
        self._main: int | None = None
        self.main = FaceResult(Decision(UNKNOWN, "starting"))

    def see(self, sightings: list[FaceResult], *, stream: bool) -> None:
        """Take in what `Watcher.look` returned for a frame of a stream, or for a picture."""
        if not stream:
            self.reset()
        for sighting in sightings:
            if sighting.said.label == NO_FACE:
                self._faces.pop(sighting.face, None)
            elif sighting.changed or sighting.face in self._faces:  # not before its first label
                self._faces[sighting.face] = sighting
        if self._main not in self._faces:
            self._main = max(self._faces, key=self._size, default=None)
        if self._faces:
            self.main = self._faces[self._main]
        elif any(s.said.label == NO_FACE for s in sightings):
            self.main = NOBODY

    def see_nothing(self, reason: str) -> None:
        """Forget all, for there are no frames: "paused", "no_camera"."""
        self.reset()
        self.main = FaceResult(Decision(UNKNOWN, reason))

    def reset(self) -> None:
        """Forget which faces there are: from now on their numbers are others'."""
        self._faces, self._main = {}, None

    def _size(self, face: int | None) -> float:
        box = self._faces[face].box
        return box.side if box else 0.0
