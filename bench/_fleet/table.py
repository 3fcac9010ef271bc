"""Tables of figures with their range, for `bench.fleet`."""

import statistics

from bench._fleet.subscriber import Subscriber
from emotion_edge.errors import UserError


class Table:
    """Rows of a name and figures; it shows the lowest and the highest of each row."""

    def __init__(self, title: str) -> None:
        """title: the line above the rows."""
        self._title = title
        self._rows: dict[str, list[float]] = {}

    def add(self, name: str, value: float) -> None:
        """Add a figure to a row."""
        self._rows.setdefault(name, []).append(value)

    def show(self) -> None:
        """Print the table."""
        print(f"\n{self._title}")
        for name, values in self._rows.items():
            ends = dict.fromkeys(_format(value) for value in (min(values), max(values)))
            print(f"{name:54}{' - '.join(ends):>24}", flush=True)


def _format(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def print_sizes(subscriber: Subscriber, kinds: tuple[str, ...], minutes: float = 0.0) -> None:
    """Print the mean sizes of messages.

    minutes: of all devices together, to print also the messages per device and minute.
    """
    print(f"\n{'message':14}{'payload, bytes':>16}{'MQTT packet':>13}", end="")
    print(f"{'per device and minute':>23}" if minutes else "")
    for kind, payload, packet, messages in subscriber.mean_sizes(kinds):
        rate = f"{messages / minutes:23.2f}" if minutes else ""
        print(f"{kind:14}{payload:16.0f}{packet:13.0f}{rate}", flush=True)


def most_within(times: list[float], width: float = 1.0) -> int:
    """Return the largest number of times that lie within `width` seconds."""
    return max(sum(t <= other < t + width for other in times) for t in times)


def quantile(values: list[float], percent: int) -> float:
    """Return a percentile. Raises UserError for fewer than two values."""
    if len(values) < 2:
        raise UserError("too few messages for a percentile: raise --devices or --seconds")
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
