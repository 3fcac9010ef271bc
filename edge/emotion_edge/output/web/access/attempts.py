"""Slow down whoever tries passwords."""

import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

FIRST_DELAY_S, LAST_DELAY_S = 1.0, 60.0
QUIET_S = 600.0  # after which an address begins anew
MAX_ADDRESSES = 1000
# All addresses together: whoever has many must not try many passwords.
MAX_FAILURES, WINDOW_S = 30, 60.0


class Attempts:
    """Remembers the failures of each address; the delay after each is twice the former one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: in seconds."""
        self._clock = clock
        self._failures: dict[str, tuple[float, float]] = {}  # delay, when it is over
        self._recent: list[float] = []
        self._succeeded: dict[str, None] = {}  # in the order of the last success

    def wait(self, address: str) -> float:
        """Return the seconds until an address may try again; 0: it may try now."""
        now = self._clock()
        self._recent = [each for each in self._recent if now - each < WINDOW_S]
        _, until = self._failures.get(_key(address), (0.0, now))
        # Strangers must not lock those out who know the password.
        if len(self._recent) >= MAX_FAILURES and _key(address) not in self._succeeded:
            until = max(until, self._recent[-MAX_FAILURES] + WINDOW_S)
        return max(0.0, until - now)

    def failed(self, address: str) -> None:
        """Note a wrong password."""
        now, key = self._clock(), _key(address)
        delay, until = self._failures.pop(key, (0.0, now))
        again = now - until > QUIET_S or not delay
        delay = FIRST_DELAY_S if again else min(2 * delay, LAST_DELAY_S)
        self._failures[key] = (delay, now + delay)
        self._recent.append(now)
        if len(self._failures) > MAX_ADDRESSES:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address, and remember that it knows the password."""
        key = _key(address)
        for addresses in (self._failures, self._succeeded):
            addresses.pop(key, None)
        self._succeeded[key] = None
        if len(self._succeeded) > MAX_ADDRESSES:
            del self._succeeded[next(iter(self._succeeded))]


def _key(address: str) -> str:
    """Return what stands for an address: of IPv6 everybody has 2^64."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped:
        return parsed.exploded[:19]
    return str(parsed)
