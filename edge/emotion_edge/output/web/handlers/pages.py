"""The page itself, the page to log in, and what they load."""

from pathlib import Path
from typing import Any

from tornado.escape import json_decode

from emotion_edge.output.web.access.guard import TooSoonError
from emotion_edge.output.web.handlers.base import Handler
from emotion_edge.system.texts import LANGUAGES, read_texts

FOLDER = Path(__file__).parents[1] / "page"
TYPES = {
    ".css": "text/css; charset=UTF-8",
    ".js": "text/javascript; charset=UTF-8",
    ".svg": "image/svg+xml",
}
# All of it is fixed, so no request can name another file.
ASSETS = {path.name: path for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


class Page(Handler):
    """A page of HTML from a template.

    sections: of the texts that it shows; a later one wins.
    """

    sections: tuple[str, ...] = ("page",)

    def show(self, template: str) -> None:
        """Answer with a template; login tells it whether there is a password."""
        language = self.language
        self.set_header("Content-Language", language)
        self.set_header("Vary", "Accept-Language, Cookie")
        self.render(
            template,
            title=self.site.title,
            language=language,
            texts=self._texts(language),
            sign=read_texts(language, "sign"),
            purpose=self.site.purpose,
            contact=self.site.contact,
            keeps_pictures=self.site.keeps_pictures,
            login=not self.site.guard.is_open,
        )

    def send_on(self, path: str) -> None:
        """Redirect to another page, which gets the query: the language that was chosen."""
        self.redirect(f"{path}?{self.request.query}".removesuffix("?"))

    def _texts(self, language: str) -> dict[str, str]:
        sections = [read_texts(language, section) for section in self.sections]
        return {key: text for section in sections for key, text in section.items()}

    @property
    def language(self) -> str:
        """The language that was asked for."""
        given = self.get_query_argument("lang", "")
        if given in LANGUAGES:
            return given
        return accepted_language(self.request.headers.get("Accept-Language", ""))


class MainPage(Page):
    """GET /."""

    may_be_linked = True

    def ask_to_log_in(self) -> None:
        """Send a browser to the page to log in."""
        self.send_on("/login")

    def get(self) -> None:
        """Answer with the page."""
        self.show("page.html")

    def head(self) -> None:
        """Answer without the page itself."""
        self.get()


class LoginPage(Page):
    """GET and POST /login.

    A browser does not send the cookie to the page that a link of another site opens, because it is
    of SameSite=Strict. So the script of this page asks for /api/state, and if that is there, it
    goes to the page.
    """

    needs_login = False
    may_be_linked = True

    def get(self) -> None:
        """Answer with the page to log in, or send on whoever need not."""
        if self.is_known():
            self.send_on("/")
        else:
            self.show("login.html")

    def post(self) -> None:
        """Begin a session if the password is right: {"password": "…"}."""
        guard = self.site.guard
        try:
            cookie = guard.log_in(self._password(), self.address)
        except TooSoonError as error:
            self.refuse_too_soon(error)
        if cookie is None:
            self.refuse(403, "this is not the password")
        self.set_cookie(
            guard.sessions.name, cookie, httponly=True, samesite="Strict", secure=self.site.secure
        )
        self.answer({"ok": True})

    def _password(self) -> str:
        try:
            content: Any = json_decode(self.request.body)
            password = content["password"]
        except (ValueError, KeyError, TypeError, RecursionError):
            password = None
        if not isinstance(password, str):
            self.refuse(400, 'send {"password": "…"}')
        return password


class LogoutHandler(Handler):
    """POST /logout."""

    needs_login = False

    def post(self) -> None:
        """End the session."""
        sessions = self.site.guard.sessions
        sessions.end(self.get_cookie(sessions.name) or "")
        self.clear_cookie(sessions.name)
        self.answer({"ok": True})


class AssetHandler(Handler):
    """GET /assets/NAME: without a session, because there is no data in them."""

    needs_login = False

    def get(self, name: str) -> None:
        """Answer with a file of the package."""
        path = ASSETS.get(name)
        if path is None:
            self.refuse(404, "there is nothing at this address")
        self.set_header("Content-Type", TYPES[path.suffix])
        self.finish(path.read_bytes())


def accepted_language(header: str) -> str:
    """Return the language of the page that a browser's Accept-Language prefers; "en" for none."""
    for tag in _by_preference(header):
        if tag.partition("-")[0] == "zh":
            return "zh-TW"  # who reads the simplified script reads this more easily than English
        if tag.partition("-")[0] in LANGUAGES:
            return tag.partition("-")[0]
    return "en"


def _by_preference(header: str) -> list[str]:
    """Return the tags of the header, the preferred one first, in lower case."""
    weighted = []
    for item in header[:500].lower().split(","):
        tag, _, weight = item.partition(";q=")
        try:
            weighted.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]
