"""Wait for a condition, with a timeout."""

import time
from collections.abc import Callable

TIMEOUT_S = 90.0  # generous: what gives way to other work takes long on a busy machine
PROMPT_S = 6.0  # for what takes far less than a second, on a machine that does other things as well


def until(check: Callable[[], object], expected: str, timeout_s: float = TIMEOUT_S) -> object:
    """Call `check` until it returns something true, and return that.

    Raises AssertionError, which names what was expected, after `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {timeout_s:g} s for {expected}")
