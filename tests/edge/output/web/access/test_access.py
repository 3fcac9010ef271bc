"""The rules of access in themselves: sessions that are idle, and attempts over time."""

import pytest

pytest.importorskip("tornado")

from emotion_edge.output.host_rules import HostRules
from emotion_edge.output.web.access.attempts import (
    LAST_DELAY_S,
    MAX_ADDRESSES,
    MAX_FAILURES,
    QUIET_S,
    WINDOW_S,
    Attempts,
)
from emotion_edge.output.web.access.sessions import (
    IDLE_S,
    MAX_SESSIONS,
    Sessions,
)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_session_lasts_while_it_is_used(clock):
    sessions = Sessions("name", clock)
    used, idle = sessions.begin(), sessions.begin()
    for _ in range(3):
        clock.now += IDLE_S - 1
        assert sessions.lasts(used)
    assert not sessions.lasts(idle)
    clock.now += IDLE_S + 1
    assert not sessions.lasts(used)
    assert not sessions.lasts(used)


def test_there_are_so_many_sessions_at_most(clock):
    sessions = Sessions("name", clock)
    cookies = [sessions.begin() for _ in range(MAX_SESSIONS)]
    assert sessions.lasts(cookies[0])  # now the second is idle for longest
    sessions.begin()
    assert [sessions.lasts(cookie) for cookie in cookies[:3]] == [True, False, True]


def test_another_daemon_s_sessions_are_not_ours(clock):
    assert not Sessions("name", clock).lasts(Sessions("name", clock).begin())


def test_each_failure_makes_the_next_attempt_wait_twice_as_long(clock):
    attempts, waits = Attempts(clock), []
    for _ in range(9):
        attempts.failed("192.0.2.1")
        waits.append(attempts.wait("192.0.2.1"))
        clock.now += waits[-1]
        assert attempts.wait("192.0.2.1") == 0
    assert waits == [1, 2, 4, 8, 16, 32, *[LAST_DELAY_S] * 3]
    assert attempts.wait("192.0.2.2") == 0
    clock.now += QUIET_S + 1
    attempts.failed("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 1


def test_the_right_password_ends_the_delays(clock):
    attempts = Attempts(clock)
    for _ in range(3):
        attempts.failed("a")
    attempts.succeeded("a")
    attempts.failed("a")
    assert attempts.wait("a") == 1


def test_many_addresses_have_no_more_attempts_than_few(clock):
    attempts = Attempts(clock)
    for i in range(MAX_FAILURES):
        assert attempts.wait(f"192.0.2.{i}") == 0
        attempts.failed(f"192.0.2.{i}")
        clock.now += 1
    assert attempts.wait("198.51.100.1") == WINDOW_S - MAX_FAILURES
    clock.now += WINDOW_S
    assert attempts.wait("198.51.100.1") == 0


def test_strangers_keep_nobody_out_who_has_known_the_password(clock):
    attempts = Attempts(clock)
    attempts.succeeded("192.0.2.1")
    for i in range(MAX_FAILURES):
        attempts.failed(f"203.0.113.{i}")
    assert attempts.wait("192.0.2.2") == WINDOW_S
    assert attempts.wait("192.0.2.1") == 0
    attempts.failed("192.0.2.1")  # but it may not guess faster than others
    assert attempts.wait("192.0.2.1") == 1
    for i in range(MAX_ADDRESSES):
        attempts.succeeded(f"{i}")
    assert len(attempts._succeeded) == MAX_ADDRESSES
    clock.now += 2
    assert attempts.wait("192.0.2.1") > 0  # others have been here since


def test_whoever_has_a_network_of_ipv6_is_one(clock):
    attempts = Attempts(clock)
    attempts.failed("2001:db8::1")
    assert attempts.wait("2001:db8::ffff:2") == 1
    assert attempts.wait("2001:db8:0:1::1") == 0


def test_the_memory_of_addresses_is_bounded(clock):
    attempts = Attempts(clock)
    for i in range(MAX_ADDRESSES + 5):
        attempts.failed(f"{i}")
        clock.now += WINDOW_S
    assert len(attempts._failures) == MAX_ADDRESSES


@pytest.mark.parametrize("local", ["::ffff:192.0.2.7", "192.0.2.7"])
def test_an_address_counts_however_the_socket_writes_it(local):
    assert HostRules([]).allows(["192.0.2.7:80"], local)
    assert not HostRules([]).allows(["192.0.2.8:80"], local)


def test_a_link_local_address_has_a_zone():
    assert HostRules([]).allows(["[fe80::1]:80"], "fe80::1%eth0")
