"""Results as JSON lines on stdout."""

import logging
from threading import Event
from typing import Self

from emotion_edge.output.json_lines import dumps, lines_of
from emotion_edge.output.sink import Sink
from emotion_edge.pipeline.results import Result
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.util.line_writer import STDOUT, Line, LineWriter

log = logging.getLogger(__name__)


class StdoutSink(Sink):
    """Prints each line at once."""

    def __init__(
        self, stats: PipelineStats, stop: Event, *, patience: float, every_frame: bool
    ) -> None:
        """patience: seconds to wait for a reader that stalls before lines for it are dropped.

        every_frame: see `lines_of`. stop: once it is set, the reader is not waited for any more.
        """
        self._stats, self._every_frame = stats, every_frame
        self._writer = LineWriter(STDOUT, stop, patience=patience)
        self._reported = 0

    def __enter__(self) -> Self:
        """Start to write."""
        self._writer.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Write what is left; raises OSError if that fails."""
        failed = any(exception)
        try:
            self._writer.close(stopping=failed)
        except OSError:
            if not failed:  # else the first error is the one to report
                raise
        finally:
            self._report_dropped()

    def publish(self, result: Result) -> None:
        """Print a result; raises OSError if stdout cannot be written."""
        if self._writer.is_idle:
            self._report_dropped()
        self._writer.write(
            Line(dumps(line), line.get("face"), change=line["event"] == "change")
            for line in lines_of(result, every_frame=self._every_frame)
        )
        self._stats.dropped_lines = self._writer.dropped

    def _report_dropped(self) -> None:
        self._stats.dropped_lines = self._writer.dropped
        if count := self._writer.dropped - self._reported:
            log.warning("stdout: its reader is too slow: %d line(s) were dropped", count)
            self._reported += count
