"""The wall clock, which is set while the program runs: a Raspberry Pi's has no battery.

At its start such a device has the time of its last shutdown, or 1970, until it hears from a time
server. Another clock counts seconds since then, and goes on while the computer sleeps.
"""

import time
from datetime import UTC, datetime

FIRST_YEAR = 2026  # of emotion-edge: a clock that says less is wrong
JUMP_S = 1.0  # corrections of less are no jump
SETTLED_S = 600.0


class WallClock:
    """Converts between seconds since the computer's start and Unix time, across jumps of the clock.

    offset: Unix time at the computer's start, as the clock says now. Call `read` to notice a jump.
    """

    def __init__(self) -> None:
        """Read the clocks."""
        now, self.offset = self._read()
        self._set = now

    def read(self) -> float:
        """Return the seconds since the computer's start; notice whether the clock was set."""
        now, offset = self._read()
        if abs(offset - self.offset) > JUMP_S:
            self.offset, self._set = offset, now
        return now

    @property
    def unix_time(self) -> float:
        """The present time; wrong if the clock is not `is_plausible`."""
        return self.read() + self.offset

    @property
    def is_plausible(self) -> bool:
        """Whether the clock shows a year in which this program existed."""
        return datetime.fromtimestamp(self.unix_time, UTC).year >= FIRST_YEAR

    @property
    def is_settled(self) -> bool:
        """Whether it is plausible and was not set for `SETTLED_S` seconds."""
        return self.is_plausible and self.read() - self._set >= SETTLED_S

    @staticmethod
    def _read() -> tuple[float, float]:
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        return now, time.time() - now
