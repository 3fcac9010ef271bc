"""What our own code costs a face on its way from the frame to the line of JSON.

  python -m bench.path [--rounds 200]

For the `simple_cnn` in build/ and for the shipped model, both int8, on both runtimes, with one
thread and with two: what `emotion-edge bench` says, each three times in turn: lowest to highest
median. *path* is everything from a frame of 640 x 480 pixels and a face found in it to its line of
JSON; *level*, of a head that is not tilted, need not be turned; *invoke* is the network alone.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median

from bench._limit import print_limit
from convert.artifacts import read_run
from convert.converter import convert, normalised, to_logits
from emotion_edge.cli.argument_types import count
from emotion_edge.commands.benchmark import INVOKE, LEVEL, PATH
from emotion_edge.errors import UserError, exit_code
from emotion_edge.model.model_file import SHIPPED, pack
from emotion_edge.model.runtime import RUNTIMES

TURNS = 3
LIMIT = 1.15  # of path over invoke, simple_cnn on LiteRT: set when that took 3.9 ms
TOOL = "ai_edge_litert.tools.benchmark_litert_model"  # part of LiteRT's wheel
Milliseconds = list[dict[str, float]]
"""For each turn, the median of each step."""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--build", type=Path, default=Path("build"), help="of simple_cnn")
    parser.add_argument("--rounds", type=count, default=200)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = {"simple_cnn": simple_cnn(args.build, folder), "compact": SHIPPED}
        keys = [(m, r, t) for m in models for r in RUNTIMES for t in (1, 2)]
        figures: dict[tuple[str, str, int], Milliseconds] = {key: [] for key in keys}
        officially: dict[str, list[float]] = {model: [] for model in models}
        for _ in range(TURNS):
            for key in keys:
                figures[key].append(ask(models[key[0]], *key[1:], args.rounds, folder))
            for model, path in models.items():
                officially[model].append(official(path, folder))
        show_ratios(figures)
        ours = figures["simple_cnn", "litert", 1]
        print_limit(median(turn[PATH] / turn[INVOKE] for turn in ours), LIMIT, "x")
        for model in models:
            show_steps(model, figures[model, "litert", 1])
        print(f"{TOOL}, one thread, likewise")
        for model, medians in officially.items():
            print(f"{model:12} {spread(medians, 'ms', 3)}")


def simple_cnn(build: Path, folder: Path) -> Path:
    """Convert a trained simple_cnn to int8, without the gate: only its cost is of interest.

    Raises UserError where something else was trained, or nothing.
    """
    run = read_run(build)
    if run.model.name != "simple_cnn":
        raise UserError(f"{build} has a {run.model.name}: make train MODEL=simple_cnn first")
    pictures = normalised(run.calibration.images, run.contract)
    logits = to_logits(run.model, batch_size=1)
    with redirect_stdout(io.StringIO()):  # Keras describes at length what it exports
        content = convert(logits, variant="int8", representative_dataset=pictures)
    path = folder / "simple_cnn.tflite"
    path.write_bytes(pack(content, run.contract))
    return path


def ask(model: Path, runtime: str, threads: int, rounds: int, folder: Path) -> dict[str, float]:
    """Return the medians that `emotion-edge bench` measures in a process of its own, in ms."""
    out = folder / "bench.json"
    words = ["--model", model, "--runtime", runtime, "--threads", threads, "--frames", rounds]
    command = [
        sys.executable,
        "-m",
        "emotion_edge",
        "bench",
        "--faces",
        "off",
        "--json",
        out,
        *words,
    ]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    steps = json.loads(out.read_text())["milliseconds"]
    return {name: step["p50"] for name, step in steps.items()}


def show_ratios(figures: dict[tuple[str, str, int], Milliseconds]) -> None:
    """Print a line for each model, runtime and number of threads."""
    print(f"{'model':12} {'runtime':15} threads {'invoke':>18} {'path / invoke':>16}", end="")
    print(f" {'level / invoke':>16}")
    for (model, runtime, threads), turns in figures.items():
        invoke = spread([turn[INVOKE] for turn in turns], "ms", 3)
        path, level = (spread([t[k] / t[INVOKE] for t in turns], "x") for k in (PATH, LEVEL))
        print(f"{model:12} {runtime:15} {threads:7} {invoke:>18} {path:>16} {level:>16}")


def show_steps(model: str, turns: Milliseconds) -> None:
    """Print what lies around the network, in microseconds."""
    print(f"{model} on litert, one thread: microseconds")
    for name in turns[0]:
        print(f"{name:26} {spread([1000 * turn[name] for turn in turns], '', 0):>14}")
    print()


def spread(values: list[float], unit: str, digits: int = 2) -> str:
    """Return the lowest and the highest of some values."""
    return f"{min(values):.{digits}f} - {max(values):.{digits}f} {unit}".rstrip()


def official(model: Path, folder: Path) -> float:
    """Return what LiteRT's own benchmark program says of a model, median ms of one inference."""
    out = folder / "official.json"
    words = ["--model", str(model), "--num_threads", "1", "--num_runs", "200"]
    command = [sys.executable, "-m", TOOL, *words, "--result_json", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return float(json.loads(out.read_text())["latency"]["median_ms"])


if __name__ == "__main__":
    sys.exit(exit_code("bench.path", main))
