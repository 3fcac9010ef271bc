"""How much stiller labels are than the network's answers, and how quick, on drawn recordings.

  python -m bench.steady [--model build/model.tflite] [--recordings build/sequences]

What `emotion-edge replay` prints for each recording of `python -m train.sequences`, and for all of
them together.
"""

import argparse
import sys
from pathlib import Path

from bench._model import name_model
from emotion_edge.commands.evaluate_recording import TRUTH, follow, table
from emotion_edge.commands.recording_truth import Moment, measure
from emotion_edge.errors import UserError, exit_code
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", type=Path, default=Path("build/model.tflite"))
    parser.add_argument("--recordings", type=Path, default=Path("build/sequences"))
    args = parser.parse_args()
    classifier, finder = Classifier(args.model), FaceDetector()
    name_model(args.model, classifier)
    everybody: dict[str, list[list[Moment]]] = {}
    recordings = sorted(path.parent for path in args.recordings.glob(f"*/{TRUTH}"))
    if not recordings:
        raise UserError(f"{args.recordings}: no recordings; draw some: python -m train.sequences")
    for recording in recordings:
        ways = follow(recording, recording / TRUTH, FaceAnalyzer(classifier, finder))
        show(recording.name, ways)
        for way, people in ways.items():
            everybody.setdefault(way, []).extend(people)
    show("all together", everybody)


def show(name: str, ways: dict[str, list[list[Moment]]]) -> None:
    """Print a recording's table."""
    print(f"\n{name}")
    for line in table({way: measure(people) for way, people in ways.items()}):
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(exit_code("bench.steady", main))
