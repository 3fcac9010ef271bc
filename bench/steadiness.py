"""Measure how steady and how quick labels are on drawn recordings, beside frame-by-frame answers.

  python -m bench.steadiness [--model build/model.tflite] [--recordings build/sequences]

For each recording of `python -m train.sequences`, and for all together, it prints the table of
`emotion-edge replay`:

each frame     the network's answer to each frame alone
steady         the smoothed labels, as `emotion-edge run` prints them
flips/min      label changes per minute that the truth does not call for
noticed after  median delay from a change of the truth to the label that follows it
at most        the longest such delay
missed         changes of the truth that no label followed
right          share of the time with the right label, while a person is in view
unknown        share of the time with the label "unknown", likewise
"""

from pathlib import Path

from bench._util import make_parser, print_model, run_program
from emotion_edge.commands.evaluate_recording import TRUTH, follow, table
from emotion_edge.commands.recording_truth import Moment, measure
from emotion_edge.errors import UserError
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.model.classifier import Classifier
from emotion_edge.pipeline.analyzer import FaceAnalyzer


def main() -> None:
    """Run the command line."""
    parser = make_parser("steadiness", __doc__)
    parser.add_argument("--model", type=Path, default=Path("build/model.tflite"))
    parser.add_argument("--recordings", type=Path, default=Path("build/sequences"))
    args = parser.parse_args()
    classifier, detector = Classifier(args.model), FaceDetector()
    print_model(args.model, classifier)
    recordings = sorted(path.parent for path in args.recordings.glob(f"*/{TRUTH}"))
    if not recordings:
        raise UserError(f"{args.recordings}: no recordings; draw some: python -m train.sequences")
    together: dict[str, list[list[Moment]]] = {}
    for recording in recordings:
        labelled = follow(recording, recording / TRUTH, FaceAnalyzer(classifier, detector))
        print_table(recording.name, labelled)
        for name, people in labelled.items():
            together.setdefault(name, []).extend(people)
    print_table("all together", together)


def print_table(title: str, labelled: dict[str, list[list[Moment]]]) -> None:
    """Print the table for a recording. labelled: each person's moments, by row of the table."""
    print(f"\n{title}")
    for line in table({name: measure(people) for name, people in labelled.items()}):
        print(line, flush=True)


if __name__ == "__main__":
    run_program("steadiness", main)
