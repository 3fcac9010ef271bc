"""A paho client that is kept connected to one broker.

While attempts fail, or connections end soon after the broker has accepted them, the delay before
the next attempt doubles.
"""

import functools
import logging
import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from emotion_edge.output.mqtt.address.broker import Broker
from emotion_edge.output.mqtt.address.identity import PrefixLock, PrefixTakenError, client_id
from emotion_edge.output.mqtt.login import MqttSettings, make_client
from emotion_edge.util.backoff import Backoff

FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0
# A connection that has held for so long is a success. It is longer than the longest delay, so that
# two clients that throw each other out keep their long delays.
HOLD_S = 60.0
CLOSE_TIMEOUT_S = 0.7
LOCK_POLL_S = 1.0
MANY_LOSSES = 3  # in a row, before the log says more than that a connection is lost
LOSSES = (
    "; the broker keeps closing the connection soon after it has accepted it: does it refuse a "
    "topic or the size of a message (its log says so), or does another emotion-edge, perhaps on a "
    "copy of this device, use the prefix {prefix}"
)
log = logging.getLogger(__name__)


def guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """Log exceptions: they would end paho's thread while the daemon seems to work."""

    @functools.wraps(callback)
    def call(*args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            log.exception("MQTT: internal error")

    return call


class Link:
    """Connects, reconnects and says in the log what is wrong.

    client: paho's. answered: set as soon as there is a connection to report on or a problem.
    """

    def __init__(
        self,
        broker: Broker,
        settings: MqttSettings,
        *,
        on_up: Callable[[], None],
        on_down: Callable[[], None],
    ) -> None:
        """Prepare; raises UserError if the settings cannot be used.

        on_up, on_down: called on paho's thread for each connection at its start and its end.
        """
        self._broker, self._on_up, self._on_down = broker, on_up, on_down
        self.answered = threading.Event()
        self._up_since: float | None = None
        self._refused, self._problem, self._losses = False, "", 0
        # Devices that lost their broker at the same moment must not all return at the same moment.
        # Delays double, so factors from a half to one spread the retries evenly.
        factor = random.uniform(0.5, 1)
        self._backoff = Backoff(factor * FIRST_RETRY_S, factor * LAST_RETRY_S, HOLD_S)
        self._alone = PrefixLock(str(broker), broker.prefix)
        # A broker may have two names. Two connections with one identifier would throw each other
        # out; with two, each hears the other (`Presence`).
        self._only = PrefixLock(f"port {broker.port}", broker.prefix)
        distinction = [] if self._only.acquire() else [str(broker)]
        identifier = client_id(broker.prefix, *distinction)
        self.client = client = make_client(broker, settings, identifier)
        client.on_pre_connect = self._about_to_connect
        client.on_connect = guarded(self._connected)
        client.on_connect_fail = guarded(self._connect_failed)
        client.on_disconnect = guarded(self._disconnected)
        client.connect_async(broker.host, broker.port, keepalive=settings.keepalive)

    def start(self) -> None:
        """Begin to connect."""
        self.client.loop_start()

    def stop(self) -> None:
        """Disconnect, within `CLOSE_TIMEOUT_S`."""
        self.client.disconnect()
        closing = threading.Thread(target=self.client.loop_stop, daemon=True)
        closing.start()
        closing.join(CLOSE_TIMEOUT_S)
        self._alone.release()
        self._only.release()

    def warn(self, problem: str) -> None:
        """Log a problem, once until it changes."""
        if problem != self._problem:
            log.warning("%s: %s; trying again until it works", self._broker, problem)
            self._problem = problem
        self.answered.set()

    def _about_to_connect(self, client: Any, userdata: Any) -> None:
        """Raise PrefixTakenError, which paho takes for a failure to connect."""
        if not self._alone.acquire():
            raise PrefixTakenError(
                f"another emotion-edge on this computer publishes with the prefix "
                f"{self._broker.prefix}; end it, or give another prefix in --to. This shows its "
                f"process: sudo ss -xap | grep {self._alone.name}"
            )

    def _connected(self, client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        self._refused = code.is_failure
        if self._refused:
            self.warn(f"refused: {code}; are user and password right, may it publish there?")
            return
        log.info("%s: connected", self._broker)
        self._problem, self._up_since = "", time.monotonic()
        self._on_up()

    def _connect_failed(self, client: Any, userdata: Any) -> None:
        error = sys.exc_info()[1]  # paho calls this while it handles the exception
        if isinstance(error, PrefixTakenError):
            self.warn(str(error))
            client.reconnect_delay_set(LOCK_POLL_S, LOCK_POLL_S)
            return
        self._alone.release()
        self.warn(f"cannot connect: {error}")
        self._set_delay(0.0)

    def _disconnected(self, client: Any, userdata: Any, flags: Any, code: Any, props: Any) -> None:
        self._alone.release()
        since, self._up_since = self._up_since, None
        held = 0.0 if since is None else time.monotonic() - since
        self._losses = 0 if since is None or held >= HOLD_S else self._losses + 1
        if code.is_failure and not self._refused:  # a refusal has been logged with its reason
            many = self._losses >= MANY_LOSSES
            hint = LOSSES.format(prefix=self._broker.prefix) if many else ""
            self.warn(f"connection lost: {code}{hint}")
        self._set_delay(held)
        if since is not None:
            self._on_down()

    def _set_delay(self, held: float) -> None:
        # paho itself begins with the shortest delay again as soon as a broker accepts it.
        delay = self._backoff.next(held)
        self.client.reconnect_delay_set(delay, delay)
