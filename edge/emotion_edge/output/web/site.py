"""What the handlers of requests share."""

from dataclasses import dataclass, field
from pathlib import Path

from emotion_edge.output.control import Control
from emotion_edge.output.json_lines import Line
from emotion_edge.output.web.access.guard import Guard
from emotion_edge.output.web.access.hosts import HostRules
from emotion_edge.output.web.face_reader import FaceReader
from emotion_edge.output.web.hub import EventHub, PictureHub
from emotion_edge.output.web.picture import Pictures
from emotion_edge.output.web.state import Facts, Seen, state
from emotion_edge.output.web.viewers import Viewers
from emotion_edge.pipeline.stats import PipelineStats


@dataclass(kw_only=True)
class Site:
    """Everything that requests ask for.

    pictures: None: none is shown. history: its file, if there is one. patience: seconds to wait for
    a frame to make a snapshot of. secure: whether it is served by https. watching: the connections
    of those who watch.
    """

    facts: Facts
    stats: PipelineStats
    seen: Seen
    viewers: Viewers
    guard: Guard
    hosts: HostRules
    control: Control
    faces: FaceReader
    pictures: Pictures | None
    history: Path | None
    patience: float
    secure: bool
    watching: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make what hands pictures and events out."""
        self.picture_hub = PictureHub()
        self.events = EventHub(self.state, self._mark, fixed=self.facts.aggregate is not None)

    def state(self) -> Line:
        """Return the present state."""
        return state(
            self.facts,
            self.stats,
            self.seen,
            viewers=self.viewers.count,
            picture=self.pictures is not None,
        )

    def _mark(self) -> object:
        """Return what changes with the state, but for its figures."""
        look = self.seen.look
        return look and look.number, self.stats.paused, self.stats.streaming, self.viewers.count

    def forget(self) -> None:
        """Show nothing of what has been seen until now."""
        self.seen.look = None
        if self.pictures:
            self.pictures.forget()

    def deliver(self, kind: str, jpeg: bytes) -> None:
        """Hand a JPEG out, unless the daemon has been paused meanwhile."""
        if not self.stats.paused:
            self.picture_hub.deliver(kind, jpeg)
