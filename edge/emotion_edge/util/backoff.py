"""Do less often what happens again and again: attempts that fail, and lines in the log."""


class Backoff:
    """Delays that double from `first` to `last`, and begin again after `hold` seconds of success.

    All in seconds.
    """

    def __init__(self, first: float, last: float, hold: float) -> None:
        """Start with the first delay."""
        self._first, self._last, self._hold = first, last, hold
        self._delay = first

    def next(self, held: float) -> float:
        """Return the delay before the next attempt. held: seconds for which the last one held."""
        if held >= self._hold:
            self._delay = self._first
        delay, self._delay = self._delay, min(2 * self._delay, self._last)
        return delay


def is_power_of_two(count: int) -> bool:
    """Return whether `count` is 1, 2, 4, 8 and so on, so that a flood does not fill the log."""
    return count & (count - 1) == 0
