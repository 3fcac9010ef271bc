"""Build detectors and analyzers from settings."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from emotion_edge.faces.detector import DetectorSettings, FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import SHIPPED, Model, read_model
from emotion_edge.model.postprocessing import with_natural_prior
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.self_test import SelfTestError
from emotion_edge.model.trial import try_model
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.smoothing import SmoothingSettings

if TYPE_CHECKING:
    from emotion_edge.teaching.head import TaughtHead

Prior = Literal["shipped", "natural"]
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AnalyzerSettings:
    """Settings of the analyzer.

    model: the .tflite file. taught: a file of `emotion-edge teach` for it, or None. prior:
    "shipped" is the model's own (`Contract.tau`), "natural" takes the classes to be as frequent as
    in training, and changes nothing of a taught head. faces: "on" looks for faces, "off" takes the
    whole frame for one. search_every, heartbeat, frame_interval: seconds, see `FaceAnalyzer`.
    """

    model: Path = SHIPPED
    taught: Path | None = None
    prior: Prior = "shipped"
    runtime: RuntimeSettings = field(default_factory=RuntimeSettings)
    faces: Literal["on", "off"] = "on"
    detector: DetectorSettings = field(default_factory=DetectorSettings)
    search_every: float = 0.3
    smoothing: SmoothingSettings = field(default_factory=SmoothingSettings)
    heartbeat: float = 10.0
    frame_interval: float = 0.0


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
    classifier = make_classifier(
        settings.model, settings.runtime, stop, prior=settings.prior, taught=settings.taught
    )
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


def make_classifier(
    model: Path,
    settings: RuntimeSettings,
    stop: Event | None = None,
    *,
    prior: Prior = "shipped",
    taught: Path | None = None,
) -> Classifier:
    """Return a classifier; raises UserError if a file cannot be used, or StoppedError.

    The model is tried in a child process first; whether it passes its self-test does not matter.
    Logs a warning, once in a process, if the model was not proven on the runtime in use.
    """
    content = read_model(model)
    head = _read_head(taught, content)
    with suppress(SelfTestError):
        try_model(content, settings, stop)
    return _load(content, settings, prior, head)


def remake_classifier(
    model: Path,
    settings: RuntimeSettings,
    stop: Event,
    *,
    prior: Prior = "shipped",
    taught: Path | None = None,
) -> Classifier:
    """Do what `make_classifier` does for a running daemon, whose present model works.

    Raises UserError also if the model does not pass its self-test.
    """
    content = read_model(model)
    head = _read_head(taught, content)
    try_model(content, settings, stop)
    return _load(content, settings, prior, head)


def _read_head(taught: Path | None, model: Model) -> "TaughtHead | None":
    if taught is None:
        return None
    # Few have taught it, and memory is for all.
    from emotion_edge.teaching.taught_file import read_taught  # noqa: PLC0415

    return read_taught(taught, model).head


def _load(
    model: Model, settings: RuntimeSettings, prior: Prior, head: "TaughtHead | None"
) -> Classifier:
    classifier = Classifier(model, runtime=settings.runtime, threads=settings.threads, head=head)
    if prior == "natural" and head:
        _warn_once("--prior natural changes nothing: a taught head keeps the prior it was taught")
    elif prior == "natural":
        classifier.contract = with_natural_prior(classifier.contract)
    log.debug("%s on %s, %d thread(s)", model.path, classifier.runtime, settings.threads)
    if classifier.unproven:
        _warn_once(f"{model.path}: {classifier.unproven}")
    return classifier


@cache
def _warn_once(message: str) -> None:
    log.warning("%s", message)


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
