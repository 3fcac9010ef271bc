"""How long models take on this host, run in turn in one process.

  python -m convert.runtimes.latency litert MODEL.tflite ...

Prints the median milliseconds of one inference for each model, as a JSON list. The figures are this
machine's; only their ratios mean something elsewhere, and on another processor not even those.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from emotion_edge.model.classifier import Classifier

ROUNDS = 20


def main(runtime: str, paths: list[Path]) -> None:
    """Print the medians over ROUNDS rounds, each of which runs every model once."""
    classifiers = [Classifier(path, runtime=runtime) for path in paths]
    rng = np.random.default_rng(0)
    shapes = [classifier.contract.input_shape for classifier in classifiers]
    images = [rng.integers(0, 256, shape).astype(np.uint8) for shape in shapes]
    taken: list[list[float]] = [[] for _ in classifiers]
    turns = list(zip(classifiers, images, taken, strict=True))
    for _ in range(ROUNDS + 1):
        turns.append(turns.pop(0))  # whoever comes after a large model finds the cache cold
        for classifier, image, times in turns:
            start = time.perf_counter()
            classifier.logits(image)
            times.append(1000 * (time.perf_counter() - start))
    print(json.dumps([statistics.median(times[1:]) for times in taken]))


if __name__ == "__main__":
    main(sys.argv[1], [Path(path) for path in sys.argv[2:]])
