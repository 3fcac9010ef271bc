"""A sink that watches for some time, by clocks that only move when they are told."""

from pathlib import Path

from emotion_edge.output.history.sink import HistorySink
from tests.edge.output.history.rows import rows_of
from tests.edge.results import face, frame_result


class Clocks:
    """Both clocks of a computer. now: seconds since its start. unix_time: the clock that is set."""

    def __init__(self, unix_time: float) -> None:
        self.now, self.unix_time = 1234.567, unix_time

    def read(self) -> tuple[float, float]:
        return self.now, self.unix_time - self.now

    def wait(self, seconds: float) -> None:
        self.now, self.unix_time = self.now + seconds, self.unix_time + seconds


def make(path: Path, period: float | None = None) -> HistorySink:
    return HistorySink(path, days=30, period=period)


def watch(sink: HistorySink, clocks: Clocks, seconds: int, label: str = "happy") -> None:
    """Let a sink have a frame a second."""
    for _ in range(seconds):
        clocks.wait(1)
        sink.publish(frame_result(face(label), seconds=clocks.now))


def write(sink: HistorySink) -> None:
    """Do what the sink's thread does each minute."""
    sink._write()


def starts(path: Path) -> list[int]:
    return [each[0] for each in rows_of(path)]
