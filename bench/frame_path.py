"""What a frame costs on its way to a label: time and memory, step by step.

  python -m bench.frame_path [--model build/model.tflite] [--rounds 50]

The frame is 640 x 480 with one real face (scikit-image's astronaut). Steps are taken in turn, so
that what else the machine does hits all of them. "allocated" is the peak of what Python and numpy
ask for during a step (tracemalloc), without Pillow's and the runtime's own memory. Times: median
(5th to 95th percentile).
"""

import argparse
import statistics
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from skimage import data

from bench._model import name_model
from emotion_edge.cli.argument_types import count
from emotion_edge.commands.benchmark import measure
from emotion_edge.errors import exit_code
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.quality import check_quality
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.preprocessing import preprocess


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", type=Path, default=Path("build/model.tflite"))
    parser.add_argument("--rounds", type=count, default=50)
    args = parser.parse_args()
    classifier = Classifier(args.model)
    name_model(args.model, classifier)
    steps = make_steps(classifier, make_frame())
    times = measure(steps, args.rounds)
    whole = statistics.median(times["infer"])
    for name, step in steps.items():
        median = statistics.median(times[name])
        low, high = np.percentile(times[name], (5, 95))
        span = f"{median:.2f} ({low:.2f} to {high:.2f}) ms"
        print(
            f"{name:24} {span:>26} {median / whole:6.2f} x infer"
            f" {allocated(step):9,} bytes allocated"
        )


def make_frame() -> npt.NDArray[np.uint8]:
    """Return 640 x 480 with a face of 100 pixels right of the middle."""
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[:400, :600] = data.coffee()
    frame[100:280, 380:580] = data.astronaut()[0:180, 130:330]
    return frame


def make_steps(
    classifier: Classifier, frame: npt.NDArray[np.uint8]
) -> dict[str, Callable[[], object]]:
    """Return the steps of a frame, each a function that takes it alone."""
    finder, contract = FaceDetector(), classifier.contract
    face, rule = finder.detect(frame)[0], crop_rule_of(contract)
    crop = crop_face(frame, face, rule)
    image = preprocess(crop, contract)
    x, y, other_x, _ = face.eyes
    level, turned = (replace(face, eyes=(x, y, other_x, y + slope)) for slope in (0, 10))
    return {
        "search the whole frame": lambda: finder.detect(frame),
        "look after one face": lambda: finder.detect_near(frame, [face.box]),
        "cut it out, turned": lambda: crop_face(frame, turned, rule),
        "cut it out, level": lambda: crop_face(frame, level, rule),
        "judge the picture": lambda: check_quality(crop, face.box.side),
        "scale": lambda: preprocess(crop, contract),
        "infer": lambda: classifier.logits(image),
    }


def allocated(step: Callable[[], object]) -> int:
    """Return the most bytes that Python and numpy held at once for a step."""
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


if __name__ == "__main__":
    sys.exit(exit_code("bench.frame_path", main))
