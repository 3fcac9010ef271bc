"""Build detectors and analyzers from settings."""

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal

from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.detector import DetectorSettings, FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.store.choice import candidates, chosen
from emotion_edge.model.store.state import STATE, name_of
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.classifiers import Prior, TaughtFileError, make_classifier
from emotion_edge.pipeline.smoothing import SmoothingSettings
from emotion_edge.system.paths import MODELS
from emotion_edge.util.child_process import StoppedError

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AnalyzerSettings:
    """Settings of the analyzer.

    model: the .tflite file; None is the one installed in the folder `models`, or else the shipped
    one. taught: a file of `emotion-edge teach` for it, or None. prior: "shipped" is the model's own
    (`Contract.tau`), "natural" takes the classes to be as frequent as in training, and changes
    nothing of a taught head. faces: "on" looks for faces, "off" takes the
    whole frame for one. search_every, heartbeat, frame_interval: seconds, see `FaceAnalyzer`.
    """

    model: Path | None = None
    models: Path = MODELS
    taught: Path | None = None
    prior: Prior = "shipped"
    runtime: RuntimeSettings = field(default_factory=RuntimeSettings)
    faces: Literal["on", "off"] = "on"
    detector: DetectorSettings = field(default_factory=DetectorSettings)
    search_every: float = 0.3
    smoothing: SmoothingSettings = field(default_factory=SmoothingSettings)
    heartbeat: float = 10.0
    frame_interval: float = 0.0

    @property
    def paths(self) -> list[Path]:
        """The model's file, or those of installed models, best first."""
        return [self.model] if self.model else candidates(self.models)

    @property
    def model_name(self) -> str:
        """What people call the model."""
        try:
            return self.model.stem if self.model else name_of(chosen(self.models))
        except UserError:  # then the shipped one is used
            return name_of(None)

    @property
    def keeps_heads(self) -> bool:
        """Whether a head of another model is no mistake: `install-model` changed the model."""
        return self.model is None and os.path.exists(self.models / STATE)  # noqa: PTH110 - never raises


def make_analyzer(settings: AnalyzerSettings, stop: Event | None = None) -> FaceAnalyzer:
    """Return an analyzer; raises UserError if the model or the detector cannot be used.

    Raises StoppedError if `stop` is set while the model is tried.
    """
    return make_analyzers(settings, 1, stop)[0]


def make_analyzers(
    settings: AnalyzerSettings, count: int, stop: Event | None = None
) -> list[FaceAnalyzer]:
    """Return an analyzer for each of `count` sources; they share the networks.

    Raises what `make_analyzer` does.
    """
    classifier = first_that_works(settings, stop)
    detector = choose_detector(settings)
    return [
        FaceAnalyzer(
            classifier,
            detector,
            smoothing=settings.smoothing,
            search_every=settings.search_every,
            heartbeat=settings.heartbeat,
            frame_interval=settings.frame_interval,
        )
        for _ in range(count)
    ]


def first_that_works(settings: AnalyzerSettings, stop: Event | None = None) -> Classifier:
    """Return a classifier; a device whose installed model cannot be used takes the one before.

    Raises what `make_classifier` does.
    """
    *others, last = settings.paths
    for path in others:
        try:
            return _make(path, settings, stop)
        except (StoppedError, TaughtFileError):
            raise
        except (UserError, RunError) as error:
            log.error("the installed model cannot be used, trying the one before: %s", error)
    return _make(last, settings, stop)


def _make(
    path: Path, settings: AnalyzerSettings, stop: Event | None, *, must_pass: bool = False
) -> Classifier:
    return make_classifier(
        path,
        settings.runtime,
        stop,
        prior=settings.prior,
        taught=settings.taught,
        keeps_heads=settings.keeps_heads,
        must_pass=must_pass,
    )


def remake_classifier(settings: AnalyzerSettings, stop: Event) -> Classifier:
    """Return a classifier for a running daemon, whose present model works.

    Raises what `make_classifier` does, and UserError also if the model does not pass its self-test.
    """
    return _make(settings.paths[0], settings, stop, must_pass=True)


def choose_detector(settings: AnalyzerSettings) -> FaceDetector | None:
    """Return the detector that `settings.faces` asks for; None takes the whole frame for a face.

    Raises UserError if it cannot be used.
    """
    if settings.faces == "off":
        return None
    return make_detector(settings.detector, settings.runtime)


def make_detector(settings: DetectorSettings, runtime: RuntimeSettings) -> FaceDetector:
    """Return a face detector; raises UserError if its networks cannot be used."""
    return FaceDetector(
        threshold=settings.threshold,
        min_face=settings.min_face,
        runtime=runtime.runtime,
        threads=runtime.threads,
    )
