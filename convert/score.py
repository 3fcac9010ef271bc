"""One runtime's opinion of a model, in a process of its own: logits of every holdout picture.

  python -m convert.score MODEL.tflite HOLDOUT.npz LOGITS.npy --runtime litert

A process of its own because tflite-runtime cannot be loaded beside TensorFlow, and because this
is what the Pi runs: edge.classifier and nothing else.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from edge.arguments import describe
from edge.classifier import Classifier
from edge.errors import exit_code
from edge.runtime import RUNTIMES


def main() -> int:
    """Run the command line and return the exit code."""
    parser = describe(argparse.ArgumentParser(prog="python -m convert.score"), str(__doc__))
    parser.add_argument("model", type=Path)
    parser.add_argument("holdout", type=Path)
    parser.add_argument("logits", type=Path)
    parser.add_argument("--runtime", choices=RUNTIMES, required=True)
    args = parser.parse_args()
    return exit_code("convert.score", lambda: _score(args))


def _score(args: argparse.Namespace) -> int:
    classifier = Classifier(args.model, runtime=args.runtime)
    with np.load(args.holdout) as holdout:
        images = holdout["images"]
    np.save(args.logits, np.stack([classifier.logits(image) for image in images]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
