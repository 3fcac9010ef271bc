"""Growing delays for what fails again and again."""


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
