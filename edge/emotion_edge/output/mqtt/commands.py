"""The messages on the topic `set`, which others publish."""

import logging
from collections.abc import Callable

from emotion_edge.output.mqtt.incoming import MAX_PACKET
from emotion_edge.output.mqtt.updates.watch import CHECK, INSTALL
from emotion_edge.util.backoff import is_power_of_two

COMMANDS = {b"pause": True, b"resume": False}
REQUESTS = {b"check": CHECK, b"install": INSTALL}
log = logging.getLogger(__name__)


class CommandReader:
    """Reads the commands of one broker; logs the rest without filling the log.

    A `pause` does not say whether the broker retains it. So the reader asks, because that tells
    whether a `resume` that the broker retains later is a new one.
    """

    def __init__(
        self,
        topic: str,
        *,
        on_pause: Callable[[bool, bool, bool], None],
        on_kept: Callable[[bool], None],
        on_request: Callable[[str], None] | None,
        ask: Callable[[], None],
    ) -> None:
        """Read `topic`.

        on_pause: receives paused, retained and first of `PauseRule.received`. on_kept: receives
        paused of `PauseRule.kept`. on_request: receives a request for an update that somebody
        publishes now, and none that the broker retains, which would come again at each connection;
        None: it is no command. ask: makes the broker deliver what it retains on the topic.
        """
        self._topic, self._on_pause, self._on_kept, self._ask = topic, on_pause, on_kept, ask
        self._on_request = on_request
        self._unknown = self._skipped = self._retained = 0
        self.begin()

    def begin(self) -> None:
        """Begin with a new connection."""
        self._live = False

    def received(self, payload: bytes, *, retained: bool, first: bool) -> None:
        """Take in a message. retained, first: see `PauseRule.received`."""
        if payload in COMMANDS:
            self._command(COMMANDS[payload], retained, first)
        elif payload in REQUESTS and self._on_request:
            self._request(self._on_request, REQUESTS[payload], retained=retained)
        elif payload:  # an empty one removes a retained message
            self._unknown += 1
            if is_power_of_two(self._unknown):
                log.warning(
                    "%s: %d message(s) that are no command",
                    self._topic,
                    self._unknown,
                )

    def _request(self, ask: Callable[[str], None], word: str, *, retained: bool) -> None:
        if not retained:
            ask(word)
            return
        self._retained += 1
        if is_power_of_two(self._retained):
            log.warning(
                "%s: %s is ignored, because the broker retains it; publish it without -r, and "
                "remove it: mosquitto_pub -r -n -t %s",
                self._topic,
                word,
                self._topic,
            )

    def _command(self, paused: bool, retained: bool, first: bool) -> None:
        if retained and self._live:  # it is not newer than what has come since the subscription
            self._on_kept(paused)
            return
        self._live = self._live or not retained
        self._on_pause(paused, retained, first)
        if paused and not retained:
            self._ask()

    def skipped(self, size: int) -> None:
        """Note that a message of `size` bytes was not read."""
        self._skipped += 1
        if is_power_of_two(self._skipped):
            log.warning(
                "%s: %d message(s) of more than %d KB that were not read, the last of %d bytes; if "
                "the broker retains one, remove it: mosquitto_pub -r -n -t %s",
                self._topic,
                self._skipped,
                MAX_PACKET // 1024,
                size,
                self._topic,
            )
