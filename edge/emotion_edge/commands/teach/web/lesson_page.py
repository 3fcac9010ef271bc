"""The page of a lesson, from the question for consent to what was learnt."""

import re
import time
from dataclasses import replace
from typing import Self

from emotion_edge.capture.frame import Frame
from emotion_edge.commands.consent import NoConsentError
from emotion_edge.commands.teach.display import Display, Orders, Outcome
from emotion_edge.commands.teach.plan import Plan
from emotion_edge.commands.teach.web.handlers import LESSON
from emotion_edge.commands.teach.web.lesson_site import LessonSite
from emotion_edge.errors import RunError, UserError
from emotion_edge.output.host_rules import HostRules
from emotion_edge.output.web.access.opening import open_access
from emotion_edge.output.web.handlers.routes import make_application
from emotion_edge.output.web.picture import Pictures
from emotion_edge.output.web.server import Server
from emotion_edge.output.web.settings import WebSettings
from emotion_edge.output.web.viewers import Viewers
from emotion_edge.pipeline.results import FrameResult
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.teaching.wizard import View

LINGER_S = 5.0  # for pages to read the end; they leave when they have
_LOOK_S = 0.1
_FOLDERS = re.compile(r"\S*/")


class LessonPage(Display):
    """Serves the page while it is open."""

    is_enough = True

    def __init__(self, web: WebSettings, plan: Plan, orders: Orders) -> None:
        """Prepare; raises UserError if `web` cannot be used, or is not safe."""
        guard, context = open_access(web)
        self._site = LessonSite(
            guard=guard,
            hosts=HostRules(web.hosts),
            viewers=Viewers(PipelineStats(), web.viewers),
            pictures=self._pictures(web) if web.picture else None,
            secure=context is not None,
            plan=plan,
            orders=orders,
        )
        application = make_application(self._site, LESSON)
        self._server = Server(web.address, application, context, self._site.watching)

    def _pictures(self, web: WebSettings) -> Pictures:
        def deliver(kind: str, jpeg: bytes) -> None:
            self._server.call(self._site.picture_hub.deliver, kind, jpeg)

        return Pictures(web.width, web.rate, deliver)

    def __enter__(self) -> Self:
        """Start to serve; raises RunError if nobody can listen at the address."""
        self._server.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Show the end to those who watch, then stop to serve."""
        if self._site.shown.outcome is None:
            self._end_early(error)
        self._linger()
        self._server.stop()
        if self._site.pictures:
            self._site.pictures.close()

    def _end_early(self, error: BaseException | None) -> None:
        if self._site.orders.stop.is_set() or isinstance(error, KeyboardInterrupt):
            self._show(phase="ended", outcome="stopped")
        elif isinstance(error, NoConsentError):
            self._show(phase="ended", outcome="no_consent")
        else:
            known = isinstance(error, UserError | RunError)
            self._show(phase="ended", outcome="failed", error=self._safe(error) if known else "")

    def _safe(self, error: BaseException | None) -> str:
        """Return the message without the folders of the files in it."""
        text, plan = str(error), self._site.plan
        for name, short in (
            (plan.source.name, plan.source.shown),
            (str(plan.file), plan.file.name),
        ):
            text = text.replace(name, short)
        return _FOLDERS.sub("", text)

    def _linger(self) -> None:
        """Wait until nobody watches any more, for a moment; a signal ends it."""
        stop, end = self._site.orders.stop, time.monotonic() + LINGER_S
        stop.clear()
        while self._site.viewers.events and time.monotonic() < end and not stop.wait(_LOOK_S):
            pass

    def _show(self, **changes: object) -> None:
        self._site.shown = replace(self._site.shown, **changes)  # type: ignore[arg-type]

    @property
    def agreed(self) -> bool | None:
        """What was answered on the page about consent; None if nothing was."""
        return self._site.agreed

    def begin(self) -> None:
        """Everybody in view has agreed, and the camera is opened."""
        self._show(phase="starting")

    def show(self, view: View, frame: Frame) -> None:
        """Show what is to be done, and what the camera sees."""
        self._show(phase="teaching", view=view, has_camera=True)
        if self._site.pictures:
            watched = self._site.viewers.pictures > 0
            self._site.pictures.offer(FrameResult(frame=frame), streaming=watched)

    def show_no_camera(self, reason: str) -> None:
        """Show that there are no frames."""
        self._show(has_camera=False)

    def show_learning(self) -> None:
        """Show that the camera is not needed any more."""
        self._show(phase="learning")
        self.clear()

    def clear(self) -> None:
        """Show no step and no picture any more."""
        self._show(view=None)
        if self._site.pictures:
            self._site.pictures.forget()

    def tell(self, line: str) -> None:
        """Show a line of what was learnt."""
        self._show(report=(*self._site.shown.report, line))

    def end(self, outcome: Outcome) -> None:
        """Show what has become of it."""
        self._show(phase="ended", outcome=outcome)
