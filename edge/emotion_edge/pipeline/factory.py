"""Build the analyzer from settings."""

import logging
from argparse import Namespace

from emotion_edge.cli.options import MODELS_OWN
from emotion_edge.faces.blazeface import NoFaceModelError
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.smoothing import SmoothingSettings

log = logging.getLogger("emotion-edge")


def make_analyzer(args: Namespace) -> FaceAnalyzer:
    """Return what the options of the command line ask for; raises UserError."""
    classifier = Classifier(args.model, runtime=args.runtime, threads=args.threads)
    log.debug("%s on %s, %d thread(s)", args.model, classifier.runtime, args.threads)
    contract = vars(classifier.contract)
    given = {name: getattr(args, name) for name in MODELS_OWN}
    own = {name: contract[name] if value is None else value for name, value in given.items()}
    rules = SmoothingSettings(window=args.window, margin=args.margin, dwell=args.dwell, **own)
    return FaceAnalyzer(classifier, choose_detector(args), rules=rules, find_every=args.find_every)


def choose_detector(args: Namespace) -> FaceDetector | None:
    """Return the finder that `args.faces` asks for; None takes the whole frame for a face.

    Raises UserError where it is asked for and not installed, or cannot be used.
    """
    if args.faces == "off":
        return None
    try:
        return make_detector(args)
    except NoFaceModelError as error:
        if args.faces == "on":
            raise
        log.warning("taking the whole frame for a face: %s", error)
        return None


def make_detector(args: Namespace) -> FaceDetector:
    """Return a face finder with the options of the command line; raises UserError."""
    return FaceDetector(
        args.face_model,
        threshold=args.face_threshold,
        min_face=args.min_face,
        runtime=args.runtime,
        threads=args.threads,
    )
