"""What all answers have in common: who gets one, their headers, and errors."""

import logging
from asyncio import Future
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any, NoReturn, cast

from tornado import gen
from tornado.iostream import StreamClosedError
from tornado.util import TimeoutError as TooSlowError
from tornado.web import HTTPError, RequestHandler

from emotion_edge.output.host_rules import same_origin
from emotion_edge.output.json_lines import Line, dumps
from emotion_edge.output.web.access.guard import Entry, TooSoonError
from emotion_edge.output.web.site import Site
from emotion_edge.output.web.viewers import FullError

CHECK_S = 1.0  # to see that a viewer has left, or that the session has ended
SLOW_S = 10.0  # for a viewer to read one picture, or some events
JSON = "application/json; charset=UTF-8"
CUSTOM_HEADER = "X-Emotion-Edge"  # a form of another site cannot send it
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
log = logging.getLogger(__name__)


class Refusal(HTTPError):  # noqa: N818 - it is an answer
    """An answer that says why there is no other. text: for whoever has asked."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        """headers: more of them."""
        super().__init__(status)
        self.text, self.headers = text, headers or {}


class Handler(RequestHandler):
    """Answers those who may have an answer."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST")
    needs_login = True
    may_be_linked = False  # from other sites
    entry: Entry | None = None

    @property
    def site(self) -> Site:
        """What all handlers share."""
        return cast("Site", self.settings["site"])

    @property
    def stream(self) -> Any:
        """The connection's stream."""
        return cast("Any", self.request.connection).stream

    @property
    def address(self) -> str:
        """The IP address of whoever asks."""
        return self.request.remote_ip or ""

    @property
    def local_address(self) -> str:
        """The IP address at which the request has arrived; "" if its client is gone."""
        socket = self.stream.socket
        return str(socket.getsockname()[0]) if socket else ""

    def set_default_headers(self) -> None:
        """Set the headers of all answers."""
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def compute_etag(self) -> None:
        """Make none: nothing may be stored."""

    def prepare(self) -> None:
        """Refuse whoever must not have an answer."""
        headers = self.request.headers
        hosts = headers.get_list("Host")
        if not self.site.hosts.allows(hosts, self.local_address):
            self.refuse(403, "the page is not served by this name; allow it by --web-host NAME")
        origin = headers.get("Origin")
        if (origin is not None and not same_origin(origin, hosts[0])) or self._is_of_other_site():
            self.refuse(403, "requests from other sites are refused")
        if self.request.method == "POST" and headers.get(CUSTOM_HEADER) != "1":
            self.refuse(403, f"a POST needs the header {CUSTOM_HEADER}: 1")
        if self.needs_login and not self.is_known():
            self.ask_to_log_in()

    def _is_of_other_site(self) -> bool:
        """Tell whether a browser says so; it sends no Origin for a picture, a script or a link."""
        headers = self.request.headers
        if headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none"):
            return False
        linked = (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest"))
        return not (self.may_be_linked and linked == ("navigate", "document"))

    def is_known(self) -> bool:
        """Tell whether the request has a session or the password."""
        guard, header = self.site.guard, self.request.headers.get("Authorization")
        try:
            self.entry = guard.knows(self.get_cookie(guard.sessions.name), header, self.address)
        except TooSoonError as error:
            self.refuse_too_soon(error)
        return self.entry is not None

    def ask_to_log_in(self) -> None:
        """Refuse an answer without a session or the password."""
        # Without a header of the kind, a browser would ask for it in a window of its own.
        basic = "Authorization" in self.request.headers
        headers = {"WWW-Authenticate": 'Basic realm="emotion-edge"'} if basic else {}
        self.refuse(401, "log in at /login, or send the password by HTTP Basic", headers)

    def refuse(self, status: int, text: str, headers: dict[str, str] | None = None) -> NoReturn:
        """Answer with a status and the reason."""
        raise Refusal(status, text, headers)

    def refuse_too_soon(self, error: TooSoonError) -> NoReturn:
        """Answer that wrong passwords must not come one after the other."""
        seconds = int(error.seconds) + 1
        text = f"too many wrong passwords; try again in {seconds} s"
        self.refuse(429, text, {"Retry-After": str(seconds)})

    @contextmanager
    def watching(self, kind: str) -> Iterator[None]:
        """Count who asks among the viewers while it is open."""
        stream = self.stream
        try:
            with self.site.viewers.enter(kind, self.address):
                self.site.watching.add(stream)
                yield
        except FullError:
            text = "as many watch as may, see --web-viewers; try again later"
            self.refuse(503, text, {"Retry-After": "10"})
        finally:
            self.site.watching.discard(stream)

    def answer(self, content: Line, status: int = 200) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", JSON)
        self.finish(dumps(content))

    async def hand_over(self, content: str | bytes, kind: str, seconds: float) -> None:
        """Answer with much, and wait until the client has taken it; drop one that takes longer."""
        self.set_header("Content-Type", kind)
        with suppress(StreamClosedError):
            await self.taken(self.finish(content), seconds)

    async def taken(self, sending: "Future[None]", seconds: float) -> None:
        """Wait until the client has taken what is sent; raises StreamClosedError if it does not."""
        try:
            limit = timedelta(seconds=seconds)
            await gen.with_timeout(limit, sending, quiet_exceptions=StreamClosedError)
        except TooSlowError:
            self.drop()

    def drop(self) -> NoReturn:
        """End the connection of a client that reads too slowly; raises StreamClosedError."""
        log.info("--web: dropped a viewer that reads too slowly, %s", self.address)
        self.stream.close()
        raise StreamClosedError

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the reason as JSON, which never has more of an exception than its text."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        text = HTTPStatus(status_code).phrase.lower()
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", ", ".join(filter(self._has, self.SUPPORTED_METHODS)))
        if isinstance(error, Refusal):
            text = error.text
            for name, value in error.headers.items():
                self.set_header(name, value)
        self.answer({"error": text}, status_code)

    def _has(self, method: str) -> bool:
        name = method.lower()
        return getattr(type(self), name) is not getattr(RequestHandler, name)


class NotFound(Handler):
    """Everything that is not there."""

    def prepare(self) -> None:
        """Refuse, whatever is asked for."""
        super().prepare()
        self.refuse(404, "there is nothing at this address")
