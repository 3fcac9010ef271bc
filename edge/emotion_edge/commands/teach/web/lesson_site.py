"""What the page shows of a lesson: the JSON of its /api/state."""

import socket
from dataclasses import dataclass, field
from typing import Literal

from emotion_edge import __version__
from emotion_edge.commands.teach.display import Orders, Outcome
from emotion_edge.commands.teach.plan import Plan
from emotion_edge.output.json_lines import Line
from emotion_edge.output.web.site import Site
from emotion_edge.teaching.wizard import View


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The present moment; the main thread replaces it, the server's reads it.

    view: of a lesson that has begun. has_camera: whether the last attempt gave a frame. report: the
    lines of stdout. outcome: of a lesson that has ended. error: why it failed.
    """

    phase: Literal["consent", "starting", "teaching", "learning", "ended"] = "consent"
    view: View | None = None
    has_camera: bool = True
    report: tuple[str, ...] = ()
    outcome: Outcome | Literal["no_consent", "stopped", "failed"] | None = None
    error: str = ""


@dataclass(kw_only=True)
class LessonSite(Site):
    """The page of `teach`. agreed: what was answered there about consent."""

    plan: Plan
    orders: Orders
    shown: Shown = field(default_factory=Shown)
    agreed: bool | None = None

    @property
    def title(self) -> str:
        """What tells this computer's lesson from another's."""
        return f"emotion-edge teach on {socket.gethostname()}"

    @property
    def names(self) -> dict[str, str]:
        """What the source and the file are called: without their folders."""
        return {"source": self.plan.source.shown, "file": self.plan.file.name}

    def state(self) -> Line:
        """Return what /api/state says. step: null unless faces are being taken."""
        shown = self.shown
        return {
            "title": self.title,
            "version": __version__,
            "phase": shown.phase,
            "no_camera": not shown.has_camera,
            "picture": self.pictures is not None and shown.phase == "teaching",
            "step": shown.view and _step(shown.view),
            "report": list(shown.report),
            "outcome": shown.outcome,
            "error": shown.error,
            "file": self.plan.file.name,
        }

    def mark(self) -> object:
        """Return what changes with the state."""
        return self.state()

    def is_hidden(self) -> bool:
        """Tell whether no face is being taken now."""
        return self.shown.phase != "teaching"


def _step(view: View) -> Line:
    return {
        "number": view.step,
        "of": view.steps,
        "label": view.label,
        "again": view.again,
        "countdown": view.countdown,
        "taken": view.taken,
        "wanted": view.wanted,
        "problem": view.problem or None,
    }
