"""One label for a camera that sees several faces: the main face's.

The largest face becomes the main face, and remains the main face until it has left.
"""

from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.pipeline.results import FaceResult, FrameResult
from emotion_edge.pipeline.smoothing import Decision


class MainFace:
    """decision: the label of the main face. face: its last result; None without a face."""

    def __init__(self) -> None:
        """Start before anything has been seen."""
        self._faces: dict[int | None, FaceResult] = {}
        self._number: int | None = None
        self.face: FaceResult | None = None
        self.decision = Decision(UNKNOWN, "starting")

    def update(self, result: FrameResult) -> None:
        """Take in a frame's result."""
        if result.frame.seconds is None:  # each picture has a main face of its own
            self.reset()
        for number in result.ended:
            self._faces.pop(number, None)
        for face in result.faces:
            # Not before its first label, and not while another model has none for it yet.
            if face.decided and (face.event != "frame" or face.number in self._faces):
                self._faces[face.number] = face
        if self._number not in self._faces:
            self._number = max(self._faces, key=self._size, default=None)
        if self._faces:
            self.face = self._faces[self._number]
            self.decision = self.face.decision
        elif result.ended or result.nobody:
            self.face, self.decision = None, Decision(NO_FACE)

    def no_signal(self, reason: str) -> None:
        """Forget all faces. reason: why there are no frames, "paused" or "no_camera"."""
        self.reset()
        self.face, self.decision = None, Decision(UNKNOWN, reason)

    def reset(self) -> None:
        """Forget which faces there are, because their numbers will be given to others.

        The decision stays until there is another one.
        """
        self._faces, self._number = {}, None

    def _size(self, number: int | None) -> float:
        box = self._faces[number].box
        return box.side if box else 0.0
