"""Measure time and memory of each step of a frame for one model, with --memory.

The frame is 640 x 480 and shows one real face, scikit-image's astronaut, before a photograph on
which face-proposer was trained: where there is more clutter, a search takes longer. The steps run
in turn, so that other work on the machine affects them all.

ms         median time (5th to 95th percentile)
x infer    that median divided by the median of "infer", the network alone
allocated  most bytes that Python and numpy held at once for the step (tracemalloc), without the
           memory of Pillow and of the runtime
"""

import statistics
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench._scenes import Pixels, face_frame
from bench._util import print_model
from emotion_edge.commands.benchmark_steps import measure
from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import check_quality
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.preprocessing import adjust_contrast, scale


def print_steps(model: Path, rounds: int) -> None:
    """Print a line for each step. Raises UserError if the model cannot be used."""
    classifier = Classifier(model)
    print_model(model, classifier)
    steps = make_steps(classifier, face_frame())
    times = measure(steps, rounds)
    network = statistics.median(times["infer"])
    for name, step in steps.items():
        median = statistics.median(times[name])
        low, high = np.percentile(times[name], (5, 95))
        span = f"{median:.2f} ({low:.2f} to {high:.2f}) ms"
        ratio = f"{median / network:6.2f} x infer"
        print(f"{name:24} {span:>26} {ratio} {peak_memory(step):9,} bytes allocated")


def make_steps(classifier: Classifier, frame: Pixels) -> dict[str, Callable[[], object]]:
    """Return the steps of a frame, each as a function that runs it alone."""
    detector, contract = FaceDetector(), classifier.contract
    face, rule = detector.detect(frame)[0], crop_rule_of(contract)
    x, y, other_x, _ = face.eyes
    level, tilted = (
        face_region(replace(face, eyes=(x, y, other_x, y + slope)), rule) for slope in (0, 10)
    )
    picture = scale(frame, contract, level)
    image = adjust_contrast(picture, contract)
    return {
        "detect, whole frame": lambda: detector.detect(frame),
        "detect, near one face": lambda: detector.detect_near(frame, [face.box]),
        "scale, tilted head": lambda: scale(frame, contract, tilted),
        "scale, level head": lambda: scale(frame, contract, level),
        "check quality": lambda: check_quality(picture, face.box.side),
        "adjust contrast": lambda: adjust_contrast(picture, contract),
        "infer": lambda: classifier.network.run(image),
    }


def peak_memory(step: Callable[[], object]) -> int:
    """Return the most bytes that Python and numpy held at once for a step."""
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
