"""What is known of one face from frame to frame."""

from dataclasses import dataclass

from emotion_edge.faces.tracker import Track
from emotion_edge.pipeline.heartbeat import Heartbeat
from emotion_edge.pipeline.smoothing import LabelSmoother


@dataclass
class TrackedFace:
    """The state of one face over time.

    track: its box, speed and number; None if the whole frame is taken for a face. smoother: its
    label. heartbeat: when it was last reported.
    """

    smoother: LabelSmoother
    heartbeat: Heartbeat
    track: Track | None = None

    @property
    def is_known(self) -> bool:
        """Whether its label was ever reported."""
        return self.smoother.decision is not None
