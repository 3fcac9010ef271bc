"""A page that is served within the test, which is the daemon's main loop."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from emotion_edge.capture.source import SourceSettings
from emotion_edge.output.control import Control
from emotion_edge.output.settings import OutputSettings
from emotion_edge.output.web.settings import WebSettings
from emotion_edge.output.web.sink import WebSink
from emotion_edge.pipeline.factory import AnalyzerSettings
from emotion_edge.pipeline.results import FrameResult, NoSignal
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.util.address import Address
from tests.edge.brokers.mosquitto import free_port
from tests.edge.models import INT8, LABELS
from tests.edge.results import face, frame_result

SOURCE = "replay:/a/folder/hall"


class Served:
    """A page at `port`. stats: what a broker's pause sets, too."""

    def __init__(
        self, *, aggregate: float | None = None, history: Path | None = None, **web: object
    ) -> None:
        """web: further fields of its settings."""
        self.port, self.stats = free_port(), PipelineStats()
        address = Address("127.0.0.1", self.port)
        self.sink = WebSink(
            OutputSettings(
                web=WebSettings(address=address, **web), aggregate=aggregate, history=history
            ),
            self.stats,
            LABELS,
            source=SourceSettings(source=SOURCE),
            analyzer=AnalyzerSettings(model=INT8, faces="off"),
            control=Control(self.stats),
            stop=threading.Event(),
        )
        self.site = self.sink._site

    def __enter__(self) -> Self:
        """Serve it."""
        self.sink.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        """End it."""
        self.sink.__exit__(*exception)

    def see(self, label: str, result: FrameResult | None = None) -> None:
        """Publish a frame in which there is a face with a label."""
        result = result or frame_result(face(label, 1))
        self.stats.received(result.frame)
        self.sink.publish(result)

    def tell_pause(self) -> None:
        """Publish what the main loop does after a pause."""
        self.sink.publish(NoSignal(source=SOURCE, reason="paused", changed=True))

    def at_once(self, *functions: Callable[[], None]) -> None:
        """Call functions one after the other on the server's thread, between all that it does."""
        done = threading.Event()

        def call() -> None:
            for function in functions:
                function()
            done.set()

        self.sink._server.call(call)
        assert done.wait(30)
