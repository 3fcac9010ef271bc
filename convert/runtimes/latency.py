"""Measure the latency of models on this machine, in turn in one process.

  python -m convert.runtimes.latency litert MODEL.tflite ...

Prints the median milliseconds of one inference of each model as a JSON list. The times hold for
this machine only. Their ratios may carry over to similar machines, but not to other processors.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from emotion_edge.model.classifier import Classifier
from emotion_edge.model.model_file import read_unverified_model

ROUNDS = 20


def main(runtime: str, paths: list[Path]) -> None:
    """Print the medians over ROUNDS rounds; each round runs every model once."""
    rng = np.random.default_rng(0)
    turns = []
    for path in paths:
        classifier = Classifier(read_unverified_model(path), runtime=runtime)
        image = rng.integers(0, 256, classifier.contract.input_shape).astype(np.uint8)
        turns.append((classifier, image, list[float]()))
    times = [taken for _, _, taken in turns]
    for _ in range(ROUNDS + 1):
        turns.append(turns.pop(0))  # rotate: the model after a large one finds a cold cache
        for classifier, image, taken in turns:
            start = time.perf_counter()
            classifier.network.run(image)
            taken.append(1000 * (time.perf_counter() - start))
    print(json.dumps([statistics.median(taken[1:]) for taken in times]))


if __name__ == "__main__":
    main(sys.argv[1], [Path(path) for path in sys.argv[2:]])
