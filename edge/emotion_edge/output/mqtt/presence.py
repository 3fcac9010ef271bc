"""The topics that only this daemon publishes on: it hears them, and notices others there.

`availability` says whether the device works. A broker may publish `offline` late: the will of an
old connection that it took for alive. So the daemon corrects what it hears there.

`instance` is a random number of each process, sent at each connection and never retained. A number
that is not its own comes from another daemon with the same prefix. The answer to it is the own
number, so that the other one notices, too.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable

from emotion_edge.output.mqtt.topics import AVAILABILITY, OFFLINE
from emotion_edge.util.backoff import Backoff, is_power_of_two
from emotion_edge.util.delayed_call import DelayedCall

# Corrections must not become an endless conversation with whoever says "offline".
FIRST_CORRECTION_S, LAST_CORRECTION_S, QUIET_S = 0.1, 60.0, 120.0
MAX_OTHERS = 64
# One for all brokers, because a bridge may forward it from one to the other.
NUMBER = secrets.token_hex(8)
log = logging.getLogger(__name__)


class Presence:
    """What one connection says about itself, and what it hears."""

    def __init__(self, prefix: str, *, announce: Callable[[], None]) -> None:
        """Prepare. announce: publishes `online` and `NUMBER`, if there is a connection."""
        self._prefix, self._announce = prefix, announce
        self._backoff = Backoff(FIRST_CORRECTION_S, LAST_CORRECTION_S, QUIET_S)
        self._correction = DelayedCall(self._correct)
        self._corrected = float("-inf")
        self._pending = self._closed = False
        self._lock = threading.Lock()  # so that no correction comes after the last `offline`
        self._others: set[bytes] = set()

    def close(self) -> None:
        """Correct nothing any more: the daemon itself says `offline` now."""
        with self._lock:
            self._closed = True
        self._correction.cancel()

    def heard_availability(self, payload: bytes) -> None:
        """Publish `online` again, soon, if the payload is `offline`."""
        if payload == OFFLINE.encode() and not (self._closed or self._pending):
            self._pending = True
            self._correction.start(self._backoff.next(time.monotonic() - self._corrected))

    def heard_instance(self, payload: bytes) -> None:
        """Warn of another daemon, and answer it; both the less often the more there are."""
        known = payload == NUMBER.encode() or payload in self._others
        if known or not payload or len(self._others) == MAX_OTHERS:
            return
        self._others.add(payload)
        if is_power_of_two(len(self._others)):
            log.warning(
                "%s: another emotion-edge publishes with this prefix, so their messages mix; "
                "stop it, or give each its own prefix in --to",
                self._prefix,
            )
            self._announce()

    def _correct(self) -> None:
        self._pending, self._corrected = False, time.monotonic()
        with self._lock:
            if not self._closed:
                log.info("%s/%s said offline: corrected", self._prefix, AVAILABILITY)
                self._announce()
