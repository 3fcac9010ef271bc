"""The rule of pause and resume over all orders of events on two brokers.

`expected` states it a second time, over the whole history. The simulation knows when each message
was published, which the rule does not, and holds what the rule is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import pytest

from emotion_edge.output.mqtt.pause import PauseRule

LOST = "lost"  # the connection is lost and comes back
BROKERS = (0, 1)
COMMANDS = tuple(product(BROKERS, (True, False), (True, False)))  # broker, paused, retained
EVENTS = (*COMMANDS, *((broker, LOST) for broker in BROKERS))


def played(history: tuple) -> bool:
    """Return what the rule decides."""
    rule, losses = PauseRule(len(BROKERS)), [0, 0]
    for broker, what, *retained in history:
        if what == LOST:
            losses[broker] += 1
        else:
            rule.received(broker, paused=what, retained=retained[0], first=not losses[broker])
    return rule.paused


def counts(history: tuple, i: int) -> bool:
    """Return whether event `i` is a command that counts."""
    broker, what, *retained = history[i]
    if what == LOST:
        return False
    if what or not retained[0]:
        return True
    before = [event[1:] for event in history[:i] if event[0] == broker]
    if (LOST,) not in before:
        return False
    last_kept_pause = max((k for k, e in enumerate(before) if e == (True, True)), default=-1)
    return not [e for e in before[last_kept_pause + 1 :] if e[0] is False]


def expected(history: tuple) -> bool:
    """Return whether the last command that counts is a pause."""
    return next((history[i][1] for i in reversed(range(len(history))) if counts(history, i)), False)


@pytest.mark.parametrize("length", range(1, 6))
def test_the_last_command_that_counts_decides(length):
    for history in product(EVENTS, repeat=length):
        assert played(history) == expected(history), history


@dataclass
class Network:
    """Two brokers, what they retain, the daemon's connections, and the rule."""

    rule: PauseRule = field(default_factory=lambda: PauseRule(len(BROKERS)))
    kept: list = field(default_factory=lambda: [None, None])
    up: list[bool] = field(default_factory=lambda: [False, False])
    connections: list[int] = field(default_factory=lambda: [0, 0])
    last_pause: int = -1

    def publish(self, now: int, broker: int, *, paused: bool, retain: bool) -> None:
        away = not self.up[broker] and self.connections[broker] > 0
        message = (now, paused, away)
        if retain:
            self.kept[broker] = message
        if self.up[broker]:
            self.deliver(broker, message, retained=False)

    def toggle(self, broker: int) -> None:
        self.up[broker] = not self.up[broker]
        if self.up[broker]:
            self.connections[broker] += 1
            if self.kept[broker]:
                self.deliver(broker, self.kept[broker], retained=True)

    def deliver(self, broker: int, message: tuple, *, retained: bool) -> None:
        """Deliver a message and check what it does."""
        published, paused, away = message
        was_paused, first = self.rule.paused, self.connections[broker] == 1
        self.rule.received(broker, paused=paused, retained=retained, first=first)
        if paused:
            self.last_pause = max(self.last_pause, published)
            assert self.rule.paused
            if not retained and self.kept[broker]:  # the daemon asks, and the broker answers
                self.rule.kept(broker, self.kept[broker][1])
        elif not retained:
            assert not self.rule.paused
        elif was_paused and not self.rule.paused:
            # It is newer than every pause, or nobody could have told the daemon of it before.
            assert published > self.last_pause or away


def actions() -> Iterator[tuple]:
    """Yield all that can happen: (broker, paused, retain), and (broker,) for its connection."""
    yield from COMMANDS
    yield from ((broker,) for broker in BROKERS)


@pytest.mark.parametrize("start", list(product((True, False), repeat=2)))
def test_an_old_resume_never_ends_a_pause(start):
    for history in product(tuple(actions()), repeat=5):
        network = Network()
        for broker in BROKERS:
            if start[broker]:
                network.toggle(broker)
        for now, (broker, *command) in enumerate(history):
            if command:
                network.publish(now, broker, paused=command[0], retain=command[1])
            else:
                network.toggle(broker)


def test_if_all_commands_are_retained_the_last_one_decides_after_a_lost_connection():
    """As Home Assistant's switch and the documentation's commands have it."""
    for history in product((True, False, None), repeat=7):
        network = Network()
        network.toggle(0)
        for now, paused in enumerate(history):
            if paused is None:
                network.toggle(0)
            else:
                network.publish(now, 0, paused=paused, retain=True)
        if not network.up[0]:
            network.toggle(0)
        last = next((each for each in reversed(history) if each is not None), False)
        assert network.rule.paused == last, history


@pytest.mark.parametrize(
    ("history", "paused"),
    [
        # A retained resume, then a pause that is not retained, then the connection blinks.
        ([(0, False, True), (0, True, False), (0, LOST), (0, False, True)], True),
        # A paused, then B's connection blinks and brings its old resume.
        ([(1, False, True), (0, True, False), (1, LOST), (1, False, True)], True),
        # B connects for the first time after A has paused.
        ([(0, True, False), (1, False, True)], True),
        # Both at the start, in both orders.
        ([(0, True, True), (1, False, True)], True),
        ([(1, False, True), (0, True, True)], True),
        # A pause left while the connection was away.
        ([(0, False, False), (0, LOST), (0, True, True)], True),
        # Home Assistant's switch, whose messages are retained, was off when the daemon came back.
        ([(0, True, True), (0, LOST), (0, False, True)], False),
        ([(0, True, False), (1, False, False)], False),
    ],
)
def test_examples(history, paused):
    assert played(tuple(history)) is paused
