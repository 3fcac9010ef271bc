"""The messages between two moments: what devices published and what the subscriber received."""

import time
from collections import Counter

from bench._fleet.devices import Fleet
from bench._fleet.subscriber import Subscriber

SETTLE_S = 2.0  # until messages under way have arrived
Tried = Counter[tuple[str, bool]]
"""Messages by kind and by whether there was a connection."""
Messages = tuple[Tried, Counter[str]]
"""Messages that devices tried to publish, and messages that the subscriber received, by kind."""


class Traffic:
    """Starts and stops the faces that devices see, and counts the messages between."""

    def __init__(self, fleet: Fleet, subscriber: Subscriber) -> None:
        """subscriber: one to the broker of the fleet."""
        self._fleet, self._subscriber = fleet, subscriber

    def begin(self) -> Messages:
        """Let devices see faces; return the messages before."""
        self._subscriber.sizes.clear()
        self._subscriber.delays.clear()
        before = self._fleet.tell("count"), self._subscriber.counts.copy()
        self._fleet.tell("see")
        return before

    def end(self, before: Messages) -> Messages:
        """Let devices see no more faces; return the messages since `begin`, which gave `before`."""
        tried = self.rest()
        return tried - before[0], self._subscriber.counts - before[1]

    def warm_up(self) -> None:
        """Let devices see faces for a moment: each one's first label is a change."""
        self._fleet.tell("see")
        time.sleep(SETTLE_S)
        self.rest()

    def rest(self) -> Tried:
        """Let devices see no more faces; return all messages so far."""
        self._fleet.tell("rest")
        time.sleep(SETTLE_S)
        return self._fleet.tell("count")


def connected(tried: Tried) -> Counter[str]:
    """Return the messages for which there was a connection, by kind."""
    return Counter({kind: n for (kind, there), n in tried.items() if there})
