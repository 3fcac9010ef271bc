"""Settings that `run`, `config`, `doctor` and `forget` share."""

from dataclasses import dataclass, field
from pathlib import Path

from emotion_edge.capture.source import SourceSettings
from emotion_edge.output.settings import OutputSettings
from emotion_edge.pipeline.factory import AnalyzerSettings


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """All settings of the daemon.

    sources: none if the user named none, which only `run` refuses. If there are several, each is a
    camera with a name of its own.
    indicator: a GPIO pin for a light, such as "GPIO17"; None: no light.
    frames: stop after this many frames; None: at the end of the source. verbose: log more.
    run_dir: where the daemon says what it does; None: nowhere.
    """

    sources: tuple[SourceSettings, ...] = ()
    analyzer: AnalyzerSettings = field(default_factory=AnalyzerSettings)
    output: OutputSettings = field(default_factory=OutputSettings)
    indicator: str | None = None
    frames: int | None = None
    verbose: bool = False
    run_dir: Path | None = None
