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
from emotion_edge.model.preprocessing import preprocess
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
    parser.add_argument("--both-looks", action="store_true", help="look at mirror images, too")
    return describe(parser, str(__doc__))


def _score(args: argparse.Namespace) -> int:
    model = read_unverified_model(args.model)
    if model.golden:  # a network that is being converted has none yet
        verify(model)
    classifier = Classifier(model, runtime=args.runtime)
    run_self_test(classifier)
    with np.load(args.images) as archive:
        images = archive["images"]
    contract, network = classifier.contract, classifier.network
    # Training's images are preprocessed; those of a test vector have another size.
    if images.shape[1:] != contract.input_shape:
        images = np.array([preprocess(image, contract) for image in images])
    see = classifier.classify_input if args.both_looks else classifier.look
    results = [see(image) for image in images]
    np.savez(
        args.out,
        scores=np.array([result.values for result in results]),
        logits=np.array([result.logits for result in results]),
        embeddings=np.array([result.embedding for result in results]),
        labels=np.array([result.label for result in results]),
        input_table=network.input_table,
        input_quantization=np.array(network.input_quantization),
        output_scale=network.output_quantization[0],
        embedding_scale=network.embedding_quantization[0],
        delegate_nodes=network.delegate_nodes,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
