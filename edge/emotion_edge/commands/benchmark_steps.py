"""The steps that a frame goes through, each as a function that can be timed alone."""

import itertools
import time
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.frame import Frame
from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import check_quality
from emotion_edge.faces.tracker import FaceTracker
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import adjust_contrast, scale
from emotion_edge.output.json_lines import dumps, lines_of
from emotion_edge.pipeline.analyzer import FaceAnalyzer
from emotion_edge.pipeline.results import FrameResult
from emotion_edge.pipeline.smoothing import LabelSmoother, SmoothingSettings
from emotion_edge.util.progress import show_progress

WARM_UP_ROUNDS = 10  # not counted
FRAME_RATE = 10.0  # of the simulated stream, per second
SEARCH, FOLLOW = "search the whole frame", "look after one face"
PATH, LEVEL, INVOKE = "a face, frame to JSON", "a level face, likewise", "invoke, alone"
# Somebody at arm's length from a webcam, with the head slightly tilted, and upright.
FACE = Face(Box(250, 150, 140), 0.9, (288.0, 195.0, 350.0, 201.0))
UPRIGHT = Face(FACE.box, FACE.score, (288.0, 198.0, 350.0, 198.0))
Step = Callable[[], object]


class _KnownFace(FaceDetector):
    """A detector that knows where the face is, at no cost."""

    def __init__(self, face: Face) -> None:
        """Load nothing."""
        self._faces = [face]

    def search(
        self, pixels: npt.NDArray[np.uint8], *_: object, **__: object
    ) -> tuple[list[Face], list[Box]]:
        return self._faces, []

    def detect_near(self, pixels: npt.NDArray[np.uint8], boxes: list[Box]) -> list[Face]:
        return self._faces


def make_steps(classifier: Classifier, detector: FaceDetector | None) -> dict[str, Step]:
    """Return the steps of a frame in order, by name.

    `PATH` and `LEVEL` run the daemon's own code with a detector that costs nothing. detector: None
    leaves out the steps that look for faces.
    """
    pixels = make_frame()
    detection: dict[str, Step] = {}
    if detector:
        detection[SEARCH] = lambda: detector.detect(pixels)
        detection[FOLLOW] = lambda: detector.detect_near(pixels, [FACE.box])
    return {
        **detection,
        PATH: _path(classifier, pixels, FACE),
        LEVEL: _path(classifier, pixels, UPRIGHT),
        INVOKE: classifier.network.invoke,
        **_steps_around_invoke(classifier, pixels),
    }


def _steps_around_invoke(classifier: Classifier, pixels: npt.NDArray[np.uint8]) -> dict[str, Step]:
    """Return the steps from a found face to JSON, without the network."""
    contract, clock = classifier.contract, itertools.count()
    region, tracker = face_region(FACE, crop_rule_of(contract)), FaceTracker()
    smoother = LabelSmoother(contract.labels, SmoothingSettings())
    picture, network = scale(pixels, contract, region), classifier.network
    image = adjust_contrast(picture, contract)
    logits = network.run(image).logits
    values = scores(logits, contract)
    result = FaceAnalyzer(classifier, _KnownFace(FACE)).process(Frame("bench", 0, pixels, 0.0))
    return {
        "  follow it": lambda: tracker.update([FACE], next(clock) / FRAME_RATE),
        "  cut out and scale": lambda: scale(pixels, contract, region),
        "  judge the picture": lambda: check_quality(picture, FACE.box.side),
        "  adjust the contrast": lambda: adjust_contrast(picture, contract),
        "  quantise": lambda: network.set_input(image),
        "  dequantise": network.read_outputs,
        "  scores": lambda: scores(logits, contract),
        "  smooth": lambda: smoother.update(values, next(clock) / FRAME_RATE),
        "  write JSON": lambda: _json(result),
    }


def make_frame() -> npt.NDArray[np.uint8]:
    """Return (480, 640, 3) uint8 RGB: coarse noise, because a face would cost two windows more."""
    noise = np.random.default_rng(0).integers(60, 200, (48, 64, 3)).astype(np.uint8)
    return noise.repeat(10, axis=0).repeat(10, axis=1)


def _path(classifier: Classifier, pixels: npt.NDArray[np.uint8], face: Face) -> Step:
    analyzer, numbers = FaceAnalyzer(classifier, _KnownFace(face)), itertools.count()

    def path() -> list[str]:
        index = next(numbers)
        return _json(analyzer.process(Frame("bench", index, pixels, index / FRAME_RATE)))

    return path


def _json(result: FrameResult) -> list[str]:
    return [dumps(line) for line in lines_of(result, every_frame=True)]


def measure(steps: Mapping[str, Step], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each step in each round; each round runs every step once."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(-WARM_UP_ROUNDS, rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if turn >= 0:
                taken[name].append((time.perf_counter() - start) * 1000)
        show_progress(max(turn + 1, 0), rounds, "frames")
    return taken
