"""What is known of one face from frame to frame."""

from dataclasses import dataclass

from emotion_edge.faces.quality import FaceQuality
from emotion_edge.faces.tracker import Track
from emotion_edge.model.classifier import Classification
from emotion_edge.model.contract import UNKNOWN
from emotion_edge.pipeline.heartbeat import Heartbeat
from emotion_edge.pipeline.results import FaceResult
from emotion_edge.pipeline.smoothing import Decision, LabelSmoother

_UNDECIDED = Decision(UNKNOWN, "low_score")


@dataclass
class TrackedFace:
    """The state of one face over time.

    track: its box, speed and number; None if the whole frame is taken for a face. smoother: its
    label. heartbeat: when it was last reported. had_label: whether a former model's label of it was
    reported.
    """

    smoother: LabelSmoother
    heartbeat: Heartbeat
    track: Track | None = None
    had_label: bool = False
    _saw_mirrored: bool = True

    def sees_mirrored(self) -> bool:
        """Return whether the next look is at the mirror image, as every second one is."""
        self._saw_mirrored = not self._saw_mirrored
        return self._saw_mirrored

    @property
    def is_known(self) -> bool:
        """Whether its label was ever reported."""
        return self.had_label or self.smoother.decision is not None

    def update(
        self,
        answer: Classification,
        seconds: float,
        quality: FaceQuality | None = None,
        *,
        spacing: float = 0.0,
    ) -> FaceResult:
        """Add the network's answer to a frame; return the result. See `LabelSmoother.update`.

        quality: of the face in the frame; None: it is not judged.
        """
        problem = quality.problem if quality else None
        changed = self.smoother.update(answer.values, seconds, problem, spacing=spacing)
        return FaceResult(
            number=self.track.number if self.track else None,
            box=self.track.face.box if self.track else None,
            decision=self.smoother.decision or _UNDECIDED,
            classification=answer,
            scores=self.smoother.scores,
            event=self.heartbeat.event(seconds, changed=changed),
            decided=self.smoother.decision is not None,
            quality=quality,
        )
