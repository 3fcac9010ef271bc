"""The interface of all outputs: stdout, MQTT, Prometheus, history and contact sheet.

To add an output, subclass `Sink` and create it in `make_sinks` (`output/factory.py`).
"""

from typing import Protocol, Self

from emotion_edge.pipeline.results import Result


class Sink(Protocol):
    """Receives every result; a context manager that is open while frames are analysed."""

    def __enter__(self) -> Self:
        """Open connections."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close connections and write what is left."""
        return None

    def begin(self, labels: tuple[str, ...]) -> None:
        """Start with another model's labels; faces keep their numbers."""
        return None

    def reload(self) -> None:
        """Read again what may have been renewed on the disk; keep and log what cannot be used."""
        return None

    def publish(self, result: Result) -> None:
        """Process a result; with --aggregate it tells nothing about single faces."""
