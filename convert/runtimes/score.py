"""One runtime's opinion of a model, in a process of its own: scores and logits of every picture.

  python -m convert.runtimes.score MODEL.tflite PICTURES.npz OUT.npz --runtime litert

A process of its own because tflite-runtime cannot be loaded beside TensorFlow, and because this
is what the Pi runs: emotion_edge.model.classifier and nothing else. OUT.npz is an `Opinion`, see
convert/runtimes/client.py.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from emotion_edge.cli.argument_types import describe
from emotion_edge.errors import exit_code
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.model.self_test import run_self_test


def main() -> int:
    """Run the command line and return the exit code."""
    parser = describe(
        argparse.ArgumentParser(prog="python -m convert.runtimes.score"), str(__doc__)
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--runtime", choices=RUNTIMES, required=True)
    args = parser.parse_args()
    return exit_code("convert.runtimes.score", lambda: _score(args))


def _score(args: argparse.Namespace) -> int:
    classifier = Classifier(args.model, runtime=args.runtime)
    run_self_test(args.model, classifier)
    with np.load(args.pictures) as pictures:
        images = pictures["images"]
    # Those that training left are preprocessed; those of a golden vector are of another size.
    ready = images.shape[1:] == classifier.contract.input_shape
    name = classifier.classify_input if ready else classifier.classify
    results = [name(image) for image in images]
    np.savez(
        args.out,
        scores=np.array([list(result.scores.values()) for result in results]),
        logits=np.array([result.logits for result in results]),
        labels=np.array([result.label for result in results]),
        input_table=classifier.input_table,
        input_quantization=np.array(classifier.input_quantization),
        output_scale=classifier.output_quantization[0],
        delegate_nodes=classifier.delegate_nodes,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
