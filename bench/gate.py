"""Estimate by simulation how often the gate of `python -m convert` is wrong.

  python -m bench.gate [--build build] [--draws 2000]

Each draw is a holdout of seven equal classes. Keras is right on 90 % of the images. A variant flips
some: it gets images wrong that Keras gets right ("lost"), and the other way round ("gained").

refused         share of the draws in which the gate refuses the variant
of them top-1, recall, agreement   share of the draws with this reason
shown           mean loss of top-1, in points, that the gate's report says the holdout would have
                shown with a probability of 90 %

The last row draws images of a real holdout, with replacement, and judges the real outputs of
model.int8.tflite in --build for them. All draws are judged for one runtime: the other's outputs are
nearly the same, so it seldom adds a refusal.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench._util import make_parser, run_program
from convert.artifacts import read_run
from convert.losses import measure_losses
from convert.parity import run_keras
from convert.parity_gate import Limits, check_quality, describe_losses
from convert.runtimes.client import run_on_runtime
from emotion_edge.cli.argument_types import count
from evaluation.metrics import Scores, Targets, parity

CLASSES, ACCURACY = 7, 0.9
LIMITS = Limits()
SIZES = (210, 700, 2100, 7000)
VARIANTS = {  # lost and gained, as shares of all images
    "equal, 2 % flip": (0.01, 0.01),
    "2 points worse, no other flip": (0.02, 0.0),
    "2 points worse, 2 % more flip": (0.03, 0.01),
}
REASONS = ("of top-1", "of recall", "agrees")
Draw = tuple[Targets, Scores, Scores]
"""True classes (N,), and the scores of Keras and of the variant, (N, classes)."""


def main() -> None:
    """Run the command line."""
    parser = make_parser("gate", __doc__)
    parser.add_argument("--build", type=Path, default=Path("build"), help="(default: build)")
    parser.add_argument("--draws", type=count, default=2000, help="(default: %(default)s)")
    args = parser.parse_args()
    real = real_outputs(args.build)
    print(f"{'model':32}  images  refused  of them top-1  recall  agreement  shown")
    rng = np.random.default_rng(0)
    for name, (lost, gained) in VARIANTS.items():
        for size in SIZES:
            draws = (simulate(size, lost, gained, rng) for _ in range(args.draws))
            print_rates(name, size, draws)
    if not real:
        print(f"{args.build} has no model.int8.tflite for the last row: it was refused")
        return
    targets, keras, ours = real
    chosen = (rng.integers(0, len(targets), len(targets)) for _ in range(args.draws))
    draws = ((targets[i], keras[i], ours[i]) for i in chosen)
    print_rates("the int8 of --build", len(targets), draws)


def simulate(size: int, lost: float, gained: float, rng: np.random.Generator) -> Draw:
    """Draw a holdout."""
    targets = np.arange(size) % CLASSES
    others = (targets + rng.integers(1, CLASSES, size)) % CLASSES
    right = rng.random(size) < ACCURACY
    flip = rng.random(size) < np.where(right, lost / ACCURACY, gained / (1 - ACCURACY))
    return targets, _scores(right, targets, others), _scores(right ^ flip, targets, others)


def _scores(right: npt.NDArray[np.bool_], targets: Targets, others: Targets) -> Scores:
    return np.asarray(np.eye(CLASSES)[np.where(right, targets, others)] * 0.9 + 0.01)


def real_outputs(build: Path) -> Draw | None:
    """Return the true classes and the scores of Keras and int8 for the holdout of `build`.

    Returns None if it has no int8 model. Raises UserError if it has no training run.
    """
    run, model = read_run(build), build / "model.int8.tflite"
    if not model.exists():
        return None
    outputs = run_on_runtime(model.read_bytes(), build / "holdout.npz", "litert")
    return run.holdout.targets, run_keras(run).scores, outputs.scores


def print_rates(name: str, size: int, draws: Iterator[Draw]) -> None:
    """Print the row of a table."""
    results = [judge(*draw) for draw in draws]
    refused = np.mean([bool(reasons) for reasons, _ in results])
    shares = [np.mean([words in reasons for reasons, _ in results]) for words in REASONS]
    shown = np.mean([points for _, points in results])
    print(
        f"{name:32}  {size:6,}  {refused:7.1%}  {shares[0]:13.1%}  {shares[1]:6.1%}  "
        f"{shares[2]:9.1%}  {shown:5.1f}",
        flush=True,
    )


def judge(targets: Targets, keras: Scores, ours: Scores) -> tuple[str, float]:
    """Return the gate's reasons for int8, "" if it passes, and the loss that it would have seen."""
    losses = measure_losses(ours, keras, targets)
    same = parity(ours, keras, keras_logits=np.log(keras), quantum=0.0)
    labels = [str(i) for i in range(keras.shape[1])]
    reasons = check_quality("int8", same, losses, LIMITS, labels)
    seen = describe_losses(losses, LIMITS)["top1"]["detectable_points"]
    return "\n".join(reasons), seen


if __name__ == "__main__":
    run_program("gate", main)
