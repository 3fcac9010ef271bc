"""Tables of figures with their spread, for `bench.fleet`."""

import statistics

from emotion_edge.errors import UserError


class Table:
    """Rows of a name and figures, of which the lowest and the highest are shown."""

    def __init__(self, title: str) -> None:
        """title: what stands above."""
        self._title = title
        self._rows: dict[str, list[float]] = {}

    def add(self, name: str, value: float) -> None:
        """Add a figure to a row."""
        self._rows.setdefault(name, []).append(value)

    def show(self) -> None:
        """Print it."""
        print(f"\n{self._title}")
        for name, values in self._rows.items():
            words = dict.fromkeys(_figure(value) for value in (min(values), max(values)))
            print(f"{name:54}{' - '.join(words):>24}", flush=True)


def _figure(value: float) -> str:
    """Whole numbers as they are, others with two decimals."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def crest(times: list[float], width: float = 1.0) -> int:
    """Return how many of the times lie, at most, within `width` seconds."""
    return max(sum(t <= other < t + width for other in times) for t in times)


def quantile(values: list[float], percent: int) -> float:
    """Return the value below which so many percent of all are; there must be two at least."""
    if len(values) < 2:
        raise UserError("too few messages for a percentile: more devices, or more seconds")
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
