"""What the requests to the page of `run` ask for."""

from dataclasses import dataclass
from pathlib import Path

from emotion_edge.output.control import Control
from emotion_edge.output.json_lines import Line
from emotion_edge.output.web.face_reader import FaceReader
from emotion_edge.output.web.site import Site
from emotion_edge.output.web.state import Facts, Seen, state
from emotion_edge.pipeline.stats import PipelineStats


@dataclass(kw_only=True)
class DaemonSite(Site):
    """The page of the daemon.

    history: its file, if there is one. history_problem: why it could not be read last, "" if it
    could. patience: seconds to wait for a frame to make a snapshot of.
    """

    facts: Facts
    stats: PipelineStats
    seen: Seen
    control: Control
    faces: FaceReader
    history: Path | None
    patience: float
    history_problem: str = ""

    @property
    def title(self) -> str:
        """What tells this daemon from another."""
        return self.facts.title

    def state(self) -> Line:
        """Return what /api/state says."""
        return state(
            self.facts,
            self.stats,
            self.seen,
            viewers=self.viewers.count,
            picture=self.pictures is not None,
        )

    def mark(self) -> object:
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
            super().deliver(kind, jpeg)
