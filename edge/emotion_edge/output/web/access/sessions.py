"""Sessions of browsers: a signed cookie for each, known until it was idle too long.

Sessions end with the daemon, and so does the key that signs them.
"""

import secrets
import time
from collections.abc import Callable

from tornado.web import create_signed_value, decode_signed_value

IDLE_S = 3600.0  # a page that is open uses its session
MAX_SESSIONS = 64


class Sessions:
    """Makes sessions, and knows those that last."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        """name: of the cookie. clock: in seconds."""
        self.name, self._clock = name, clock
        self._key = secrets.token_bytes(32)
        self._used: dict[str, float] = {}  # in the order of the last use

    def begin(self) -> str:
        """Return the cookie of a new session; the one that was idle for longest may have to go."""
        number = secrets.token_urlsafe(32)
        if len(self._used) >= MAX_SESSIONS:
            del self._used[next(iter(self._used))]
        self._used[number] = self._clock()
        return create_signed_value(self._key, self.name, number).decode("ascii")

    def lasts(self, cookie: str) -> bool:
        """Tell whether a cookie is that of a session; this uses the session."""
        number = self._number(cookie)
        if number not in self._used:
            return False
        used, now = self._used.pop(number), self._clock()
        if now - used > IDLE_S:
            return False
        self._used[number] = now
        return True

    def end(self, cookie: str) -> None:
        """End a session, if it is one."""
        self._used.pop(self._number(cookie), None)

    def _number(self, cookie: str) -> str:
        # The table decides how long it lasts, not the date in the cookie.
        number = decode_signed_value(self._key, self.name, cookie, max_age_days=36_500)
        return number.decode("ascii") if number else ""
