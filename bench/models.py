"""What networks cost on this machine, run in turn: parameters, multiply-adds, bytes, latency.

  python -m bench.models A.tflite B.tflite ...
  python -m bench.models                   the shipped one and the simple_cnn in build/, as int8
  python -m bench.models A.tflite B.tflite --json latency.json

The latency is the median of one inference, as a ratio to the last model's: lowest and highest of
three runs. Without names there is a table more: what `python -m train.evaluate` once wrote to
models/evaluation.*.json of both networks, trained on FER+ (the simple_cnn in build/ is another).
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from bench.path import simple_cnn, spread
from convert.runtimes.client import latencies
from emotion_edge.errors import RunError, UserError, exit_code
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.cost import cost
from emotion_edge.model.runtime import RUNTIMES
from emotion_edge.model.self_test import run_self_test
from emotion_edge.util.atomic_write import staged_write

SHIPPED = Path("models/emotion-compact.tflite")
TURNS = 3


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("models", type=Path, nargs="*", metavar="MODEL")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the ratios there, too")
    args = parser.parse_args()
    for path in args.models:
        run_self_test(path, Classifier(path))  # says at once what cannot be used, or is damaged
    if len({path.name for path in args.models}) < len(args.models) and args.json:
        raise UserError("--json names models by their files: give them different names")
    with tempfile.TemporaryDirectory() as folder:
        models = args.models or [SHIPPED, simple_cnn(Path("build"), Path(folder))]
        turns = [{runtime: measure(models, runtime) for runtime in RUNTIMES} for _ in range(TURNS)]
        ratios = {name: median([turn[name] for turn in turns]) for name in RUNTIMES}
        show(models, turns)
    if not args.models:
        show_accuracy(sorted(SHIPPED.parent.glob("evaluation.*.tflite.json")))
    if args.json:
        names = [path.name for path in models]
        by_name = {
            runtime: dict(zip(names, column, strict=False))  # empty where the runtime refused
            for runtime, column in ratios.items()
        }
        with staged_write(args.json.parent) as stage:
            (stage / args.json.name).write_text(json.dumps(by_name, indent=2) + "\n")


def median(turns: list[list[float]]) -> list[float]:
    """Return the median of each model's ratios."""
    return [statistics.median(ratios) for ratios in zip(*turns, strict=True)]


def show(models: list[Path], turns: list[dict[str, list[float]]]) -> None:
    """Print a line for each model, its ratios from the lowest to the highest."""
    heads = (f"{name:>14}" for name in RUNTIMES)
    print(f"{'model':30} {'parameters':>10} {'multiply-adds':>13} {'bytes':>10}", *heads)
    for i, path in enumerate(models):
        figures = cost(path)
        numbers = (figures[name] for name in ("parameters", "multiply_adds", "bytes"))
        columns = [f"{n:>{width},}" for n, width in zip(numbers, (10, 13, 10), strict=True)]
        by_runtime = ([turn[name][i] for turn in turns if turn[name]] for name in RUNTIMES)
        shown = [spread(ratios, "x") if ratios else "-" for ratios in by_runtime]
        name = path if path.is_relative_to(Path()) else path.name
        print(f"{name!s:30}", *columns, *(f"{text:>14}" for text in shown))


def show_accuracy(evaluations: list[Path]) -> None:
    """Print a line for each model that was evaluated."""
    for i, path in enumerate(evaluations):
        told = json.loads(path.read_text("utf-8"))
        unseen, (low, high) = told["unseen"], told["accuracy_ci95"]
        if not i:
            titles = "     bytes  accuracy (95 % interval)  macro-F1    ECE"
            rest = f"{unseen['images']:,} without a copy in training"
            pictures = f"of {told['images']:,} pictures"
            print(f"\n{pictures:37} {titles}  {rest}")
        accuracy = f"{told['accuracy']:.1%} ({low:.1%} to {high:.1%})"
        print(f"{path.name:37} {told['bytes']:10,}  {accuracy:>24}", end="")
        print(f"{told['macro_f1']:10.3f}{told['ece']:7.3f}{unseen['accuracy']:32.1%}")


def measure(models: list[Path], runtime: str) -> list[float]:
    """Return each model's latency over the last one's; empty where the runtime refuses."""
    try:
        medians = latencies([path.read_bytes() for path in models], runtime)
    except RunError as error:
        print(f"{runtime}: {error}")
        return []
    return [round(median / medians[-1], 3) for median in medians]


if __name__ == "__main__":
    sys.exit(exit_code("bench.models", main))
