"""Compare the size and the latency of networks on this machine.

  python -m bench.models A.tflite B.tflite ...
  python -m bench.models A.tflite B.tflite --json latency.json
  python -m bench.models            the shipped network, and build/original/ as int8

parameters      weights and biases of convolutions and dense layers
multiply-adds   of one inference, in the same layers
bytes           size of the file
litert, tflite-runtime   median latency of one inference, divided by that of the last model; lowest
                and highest of three runs. The models run in turn.

Without names it also prints the accuracy that `python -m train.evaluate` wrote to
models/evaluation.*.json for both networks, trained on FER+. (The simple_cnn in build/original/
is another.)

bytes           size of the evaluated file
accuracy        share of pictures with the right label, and its 95 % interval
macro-F1        mean of the classes' F1 scores
ECE             expected calibration error
without a copy in training   accuracy on the pictures that have no near-duplicate in training
"""

import argparse
import io
import json
import statistics
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bench._util import make_parser, run_program, value_range
from convert.artifacts import read_run
from convert.converter import convert, normalised, to_logits
from convert.runtimes.client import latencies
from convert.test_vector import make_test_vector
from emotion_edge.errors import RunError, UserError
from emotion_edge.model.classifier import Classifier
from emotion_edge.model.cost import cost
from emotion_edge.model.model_file import pack, read_unverified_model
from emotion_edge.model.runtime import installed_runtimes
from emotion_edge.model.self_test import run_self_test
from emotion_edge.util.atomic_write import staged_write

ORIGINAL = Path("build/original")
SHIPPED = Path("models/emotion-compact.tflite")
TURNS = 3
Ratios = dict[str, list[float]]
"""For each runtime, each model's latency over the last one's; empty if the runtime refuses."""


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        models = args.models or [SHIPPED, convert_simple_cnn(ORIGINAL, Path(folder))]
        turns = [
            {name: measure(models, name) for name in installed_runtimes()} for _ in range(TURNS)
        ]
        print_costs(models, turns)
    if not args.models:
        print_accuracy(sorted(SHIPPED.parent.glob("evaluation.*.tflite.json")))
    if args.json:
        write_json(args.json, [path.name for path in models], turns)


def parse_arguments() -> argparse.Namespace:
    """Return the arguments. Raises UserError if a model cannot be used."""
    parser = make_parser("models", __doc__)
    parser.add_argument("models", type=Path, nargs="*", metavar="MODEL")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the ratios to a file")
    args = parser.parse_args()
    for path in args.models:
        run_self_test(Classifier(path))
    if len({path.name for path in args.models}) < len(args.models) and args.json:
        raise UserError("--json lists models by file name: give them different names")
    return args


def convert_simple_cnn(build: Path, folder: Path) -> Path:
    """Convert the trained simple_cnn in `build` to int8; return the file, written to `folder`.

    Accuracy is not checked: only the cost matters here. Raises UserError if `build` holds another
    network, or none.
    """
    run = read_run(build)
    if run.model.name != "simple_cnn":
        raise UserError(f"{build} has a {run.model.name}: run make original first")
    pictures = normalised(run.calibration.images, run.contract)
    logits = to_logits(run.model, batch_size=1)
    with redirect_stdout(io.StringIO()):  # Keras describes what it exports at length
        content = convert(logits, variant="int8", representative_dataset=pictures)
    path = folder / "simple_cnn.tflite"
    path.write_bytes(pack(content, run.contract, make_test_vector(content, run.contract)))
    return path


def measure(models: list[Path], runtime: str) -> list[float]:
    """Return each model's latency over the last one's; nothing if the runtime refuses a model."""
    try:
        medians = latencies([path.read_bytes() for path in models], runtime)
    except RunError as error:
        print(f"{runtime}: {error}")
        return []
    return [round(median / medians[-1], 3) for median in medians]


def print_costs(models: list[Path], turns: list[Ratios]) -> None:
    """Print a line for each model."""
    heads = (f"{name:>14}" for name in turns[0])
    print(f"{'model':30} {'parameters':>10} {'multiply-adds':>13} {'bytes':>10}", *heads)
    for i, path in enumerate(models):
        figures = cost(read_unverified_model(path))
        numbers = (figures[name] for name in ("parameters", "multiply_adds", "bytes"))
        columns = [f"{n:>{width},}" for n, width in zip(numbers, (10, 13, 10), strict=True)]
        by_runtime = ([turn[name][i] for turn in turns if turn[name]] for name in turns[0])
        shown = [value_range(ratios, "x") if ratios else "-" for ratios in by_runtime]
        name = path if path.is_relative_to(Path()) else path.name
        print(f"{name!s:30}", *columns, *(f"{text:>14}" for text in shown))


def print_accuracy(paths: list[Path]) -> None:
    """Print a line for each evaluation."""
    evaluations = {path.name: json.loads(path.read_text("utf-8")) for path in paths}
    if evaluations:
        first = next(iter(evaluations.values()))
        pictures = f"of {first['images']:,} pictures"
        columns = "     bytes  accuracy (95 % interval)  macro-F1    ECE"
        unseen = f"{first['unseen']['images']:,} without a copy in training"
        print(f"\n{pictures:37} {columns}  {unseen}")
    for name, evaluation in evaluations.items():
        print(f"{name:37} {accuracy_line(evaluation)}")


def accuracy_line(evaluation: dict[str, Any]) -> str:
    """Return the columns of one evaluation."""
    low, high = evaluation["accuracy_ci95"]
    accuracy = f"{evaluation['accuracy']:.1%} ({low:.1%} to {high:.1%})"
    scores = f"{evaluation['macro_f1']:10.3f}{evaluation['ece']:7.3f}"
    return (
        f"{evaluation['bytes']:10,}  {accuracy:>24}{scores}{evaluation['unseen']['accuracy']:32.1%}"
    )


def write_json(path: Path, names: list[str], turns: list[Ratios]) -> None:
    """Write the median ratios by runtime and model, {} for a runtime that refused a model."""
    ratios = {
        runtime: dict(zip(names, medians([turn[runtime] for turn in turns]), strict=False))
        for runtime in turns[0]
    }
    with staged_write(path.parent) as stage:
        (stage / path.name).write_text(json.dumps(ratios, indent=2) + "\n")


def medians(turns: list[list[float]]) -> list[float]:
    """Return the median of each model's ratios."""
    return [statistics.median(ratios) for ratios in zip(*turns, strict=True)]


if __name__ == "__main__":
    run_program("models", main)
