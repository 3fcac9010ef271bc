"""What the requests to the page of `run` ask for."""

import threading
from dataclasses import dataclass, field

from emotion_edge.output.control import Control
from emotion_edge.output.json_lines import Line
from emotion_edge.output.web.face_reader import FaceReader
from emotion_edge.output.web.history_reader import HistoryReader
from emotion_edge.output.web.site import Site
from emotion_edge.output.web.state import Facts, Seen, state
from emotion_edge.pipeline.stats import PipelineStats


@dataclass(kw_only=True)
class DaemonSite(Site):
    """The page of the daemon.

    history: None: there is none. patience: seconds to wait for a frame to make a snapshot of. lock:
    is held while a result is taken in, so that no pause comes in the middle.
    """

    facts: Facts
    stats: PipelineStats
    seen: Seen
    control: Control
    faces: FaceReader
    history: HistoryReader | None
    patience: float
    lock: threading.Lock = field(default_factory=threading.Lock)

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

    def close(self) -> None:
        """End what is being done on other threads."""
        self.faces.worker.close()
        if self.history:
            self.history.worker.close()
        if self.pictures:
            self.pictures.close()

    def is_hidden(self) -> bool:
        """Tell whether the daemon is paused."""
        return self.stats.paused

    def pause(self, *, paused: bool) -> None:
        """Pause or resume, and show it at once; on the server's thread."""
        with self.lock:  # what is being published now comes before, so that it is forgotten, too
            self.control.command(paused=paused)
            self.forget()
        self.events.tick()
