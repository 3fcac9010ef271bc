"""Run a model on one TFLite runtime and save its scores and logits for every image.

  python -m convert.runtimes.score MODEL.tflite IMAGES.npz OUT.npz --runtime litert

It runs in its own process because tflite-runtime cannot be loaded beside TensorFlow, and it uses
the Raspberry Pi's own code, emotion_edge.model.classifier. convert/runtimes/client.py describes
the arrays of OUT.npz, see `RuntimeOutputs`.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from emotion_edge.cli.argument_types import describe
from emotion_edge.errors import exit_code
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import read_unverified_model, verify
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.model.self_test import run_self_test


def main() -> int:
    """Run the command line and return the exit code."""
    args = _parser().parse_args()
    return exit_code("convert.runtimes.score", lambda: _score(args))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m convert.runtimes.score")
    parser.add_argument("model", type=Path)
    parser.add_argument("images", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--runtime", choices=RUNTIMES, required=True)
    return describe(parser, str(__doc__))


def _score(args: argparse.Namespace) -> int:
    model = read_unverified_model(args.model)
    if model.golden:  # a network that is being converted has none yet
        verify(model)
    classifier = Classifier(model, runtime=args.runtime)
    run_self_test(classifier)
    with np.load(args.images) as archive:
        images = archive["images"]
    # Training's images are preprocessed; those of a test vector have another size.
    preprocessed = images.shape[1:] == classifier.contract.input_shape
    classify = classifier.classify_input if preprocessed else classifier.classify
    results = [classify(image) for image in images]
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
