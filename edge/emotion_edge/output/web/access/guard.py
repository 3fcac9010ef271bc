"""Decides who may see the page: whoever has a session or sends the password."""

import base64
import binascii
import hmac
import logging
import secrets
from typing import Literal

from emotion_edge.output.web.access.attempts import Attempts
from emotion_edge.output.web.access.sessions import Sessions
from emotion_edge.util.backoff import is_power_of_two

Entry = Literal["open", "session", "password"]
log = logging.getLogger(__name__)


class TooSoonError(Exception):
    """An address has tried wrong passwords. seconds: until it may try again."""

    def __init__(self, seconds: float) -> None:
        """seconds: until the next attempt."""
        super().__init__()
        self.seconds = seconds


class Guard:
    """Knows the password and the sessions. is_open: whether there is no password."""

    def __init__(self, password: str | None, port: int) -> None:
        """password: None lets everybody in. port: browsers send a cookie to all ports of a host."""
        self.is_open = password is None
        self._key = secrets.token_bytes(32)
        self._digest = self._hash(password or "")
        self.sessions, self._attempts = Sessions(f"emotion-edge-{port}"), Attempts()
        self._failures = 0

    def log_in(self, password: str, address: str) -> str | None:
        """Return the cookie of a new session; None for a wrong password. Raises TooSoonError."""
        return self.sessions.begin() if self._is_right(password, address) else None

    def knows(self, cookie: str | None, authorization: str | None, address: str) -> Entry | None:
        """Return what lets a request see the page: its cookie, or its header Authorization.

        None: nothing does. Raises TooSoonError.
        """
        if self.is_open:
            return "open"
        if cookie and self.sessions.lasts(cookie):
            return "session"
        password = basic_password(authorization or "")
        return "password" if password is not None and self._is_right(password, address) else None

    def _is_right(self, password: str, address: str) -> bool:
        if self.is_open:
            return True
        if wait := self._attempts.wait(address):
            raise TooSoonError(wait)
        if hmac.compare_digest(self._digest, self._hash(password)):
            self._attempts.succeeded(address)
            return True
        self._attempts.failed(address)
        self._failures += 1
        if is_power_of_two(self._failures):
            log.warning("--web: %d wrong password(s), the last from %s", self._failures, address)
        return False

    def _hash(self, password: str) -> bytes:
        return hmac.digest(self._key, password.encode(errors="surrogatepass"), "sha256")


def basic_password(authorization: str) -> str | None:
    """Return the password of HTTP's Basic authentication (RFC 7617), whatever the user's name."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text.partition(":")[2] if ":" in text else None
