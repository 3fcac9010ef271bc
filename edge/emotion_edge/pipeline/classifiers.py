"""Make a classifier from a model's file and a taught one, once the model has been tried."""

import logging
from functools import cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from emotion_edge.errors import UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import Model, read_model
from emotion_edge.model.postprocessing import with_natural_prior
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.self_test import SelfTestError
from emotion_edge.model.trial import try_model

if TYPE_CHECKING:
    from emotion_edge.teaching.head import TaughtHead

Prior = Literal["shipped", "natural"]
log = logging.getLogger(__name__)


class TaughtFileError(UserError):
    """The taught file cannot be used; no other model would change that."""


def make_classifier(
    model: Path,
    settings: RuntimeSettings,
    stop: Event | None = None,
    *,
    prior: Prior = "shipped",
    taught: Path | None = None,
    keeps_heads: bool = False,
    must_pass: bool = False,
) -> Classifier:
    """Return a classifier; raises UserError if a file cannot be used, or StoppedError.

    The model is tried in a child process first. keeps_heads: only warn of a head that belongs to
    another model, and use the model's own. must_pass: raise SelfTestError if the model does not
    pass its self-test. Logs a warning, once in a process, if the model was not proven on the
    runtime in use.
    """
    content = read_model(model)
    head = _read_head(taught, content, keeps_heads=keeps_heads)
    try:
        try_model(content, settings, stop)
    except SelfTestError:
        if must_pass:
            raise
    return _load(content, settings, prior, head)


def _read_head(taught: Path | None, model: Model, *, keeps_heads: bool) -> "TaughtHead | None":
    if taught is None:
        return None
    # Few have taught it, and memory is for all.
    from emotion_edge.teaching.taught_file import OtherModelError, read_taught  # noqa: PLC0415

    try:
        return read_taught(taught, model).head
    except OtherModelError as error:
        if not keeps_heads:
            raise TaughtFileError(error.found, error.remedy) from None
        log.warning("%s: was taught with another model, so it is left out; teach again", taught)
        log.debug("%s", error)
        return None
    except UserError as error:
        raise TaughtFileError(error.found, error.remedy) from None


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
