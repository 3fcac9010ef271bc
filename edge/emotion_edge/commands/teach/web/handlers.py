"""Answers of the page of `teach`."""

from typing import Any, cast

from tornado.escape import json_decode

from emotion_edge.commands.teach.display import Name, Order
from emotion_edge.commands.teach.plan import consent_words
from emotion_edge.commands.teach.web.lesson_site import LessonSite
from emotion_edge.output.web.handlers.base import Handler
from emotion_edge.output.web.handlers.pages import MainPage
from emotion_edge.output.web.handlers.routes import Route
from emotion_edge.system.texts import read_texts


class TeachPage(MainPage):
    """GET /."""

    sections = ("page", "teach")

    def get(self) -> None:
        """Answer with the page."""
        self.show("teach.html")

    def get_template_namespace(self) -> dict[str, Any]:
        """Return what the template may use."""
        site = cast("LessonSite", self.site)
        words = consent_words(read_texts(self.language, "teach"), site.plan, site.names)
        return {**super().get_template_namespace(), "consent": words}


class LessonHandler(Handler):
    """Takes what a page or a program says about the lesson, as a JSON object."""

    @property
    def site(self) -> LessonSite:
        """What all handlers share."""
        return cast("LessonSite", super().site)

    def content(self) -> dict[str, Any]:
        """Return the object that was sent; {} if nothing was."""
        try:
            content = json_decode(self.request.body or b"{}")
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            self.refuse(400, "send a JSON object")
        return content


class ConsentHandler(LessonHandler):
    """POST /api/consent: {"agreed": true}, or false."""

    def post(self) -> None:
        """Take the answer, unless there is one."""
        agreed = self.content().get("agreed")
        if not isinstance(agreed, bool):
            self.refuse(400, 'send {"agreed": true} if everybody in view has agreed')
        if self.site.shown.phase != "consent" or self.site.agreed is not None:
            self.refuse(409, "this was answered before")
        self.site.agreed = agreed
        self.answer({"agreed": agreed})


class OrderHandler(LessonHandler):
    """POST /api/skip, repeat, end and stop.

    {"number": 3, "label": "sad"} names the step that it is for, and does nothing if that is over.
    """

    def initialize(self, name: Name) -> None:
        """name: what is ordered."""
        self._name = name

    def post(self) -> None:
        """Pass the order on."""
        step, label = map(self.content().get, ("number", "label"))
        if self._name != "stop" and self.site.shown.phase not in ("starting", "teaching"):
            self.refuse(409, "no faces are being taken")
        self.site.orders.give(Order(self._name, step, label))
        self.answer({"ok": True})


LESSON: tuple[Route, ...] = (
    ("/", TeachPage),
    ("/api/consent", ConsentHandler),
    ("/api/skip", OrderHandler, {"name": "skip"}),
    ("/api/repeat", OrderHandler, {"name": "repeat"}),
    ("/api/end", OrderHandler, {"name": "end"}),
    ("/api/stop", OrderHandler, {"name": "stop"}),
)
