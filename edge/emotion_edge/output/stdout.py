"""Results as JSON lines on stdout."""

import sys

from emotion_edge.output.json_lines import dumps, lines_of
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.results import Result


class StdoutSink(Sink):
    """Prints each line and flushes it."""

    def __init__(self, *, every_frame: bool) -> None:
        """every_frame: see `lines_of`."""
        self._every_frame = every_frame

    def publish(self, result: Result) -> None:
        """Print a result; raises OSError if stdout cannot be written."""
        for line in lines_of(result, every_frame=self._every_frame):
            sys.stdout.write(dumps(line) + "\n")
            sys.stdout.flush()
