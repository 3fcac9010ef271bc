"""Which handler answers which address."""

from collections.abc import Sequence

from tornado.web import Application, RequestHandler

from emotion_edge.output.web.handlers.api import (
    CommandHandler,
    HealthHandler,
    SnapshotHandler,
    StateHandler,
)
from emotion_edge.output.web.handlers.base import NotFound
from emotion_edge.output.web.handlers.faces import FacesHandler
from emotion_edge.output.web.handlers.history import HistoryHandler
from emotion_edge.output.web.handlers.pages import (
    FOLDER,
    AssetHandler,
    LoginPage,
    LogoutHandler,
    MainPage,
)
from emotion_edge.output.web.handlers.streams import EventStream, PictureStream
from emotion_edge.output.web.site import Site

Route = tuple[str, type[RequestHandler]] | tuple[str, type[RequestHandler], dict[str, object]]
_OF_EVERY_PAGE: tuple[Route, ...] = (
    ("/login", LoginPage),
    ("/logout", LogoutHandler),
    ("/assets/([a-z0-9.-]+)", AssetHandler),
    ("/stream.mjpg", PictureStream),
    ("/api/state", StateHandler),
    ("/api/events", EventStream),
)
DAEMON: tuple[Route, ...] = (
    ("/", MainPage),
    ("/api/snapshot.jpg", SnapshotHandler),
    ("/api/faces", FacesHandler),
    ("/api/history", HistoryHandler),
    ("/api/pause", CommandHandler, {"paused": True}),
    ("/api/resume", CommandHandler, {"paused": False}),
    ("/healthz", HealthHandler),
)


def make_application(site: Site, routes: Sequence[Route]) -> Application:
    """Return what answers all requests. routes: those that other pages do not have."""
    return Application(
        [*_OF_EVERY_PAGE, *routes],
        default_handler_class=NotFound,
        log_function=lambda handler: None,  # who asks for what is nobody's business
        template_path=str(FOLDER),
        site=site,
    )
