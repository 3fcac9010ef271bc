"""Measure what our own code adds to the network, for one face from its frame to its line of JSON.

  python -m bench.frames [--build build/original] [--rounds 200]
  python -m bench.frames --memory [--model build/model.tflite] [--rounds 50]

The simple_cnn in build/original/ and the shipped model, both as int8, run on the installed runtimes
with one and with two threads. Each combination is measured three times in turn by `emotion-edge
bench` in its own process; a cell shows the lowest and the highest of the three medians.

invoke          time of the network alone
path / invoke   time from a frame of 640 x 480, in which a face was found, to its line of JSON,
                divided by the time of the network alone
level / invoke  the same for an upright head, whose picture need not be rotated

The goals are for the shipped model, compact, on LiteRT with one thread: the two ratios, and the
path over those of its steps that no program can leave out, which are the network, reading its
output ("dequantise"), the scores and writing JSON. Below come the steps of that path in
microseconds, and the time of the same networks in LiteRT's own benchmark program.
"""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench._frames import memory as frame_memory
from bench._util import make_parser, print_goal, run_program, value_range
from emotion_edge.cli.argument_types import count
from emotion_edge.commands.benchmark_steps import INVOKE, LEVEL, PATH
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.model.runtime import installed_runtimes

TURNS = 3
MOST, MOST_LEVEL, MOST_OVER_NEEDED = 5.0, 3.5, 2.0  # goals of compact
NEEDED = (INVOKE, "  dequantise", "  scores", "  write JSON")
OFFICIAL = "ai_edge_litert.tools.benchmark_litert_model"  # part of LiteRT's wheel
Medians = list[dict[str, float]]
"""For each turn, the median milliseconds of each step."""
Setup = tuple[str, str, int]
"""A model's name, a runtime and a number of threads."""


def main() -> None:
    """Run the command line."""
    parser = make_parser("frames", __doc__, frame_memory.__doc__)
    parser.add_argument("--memory", action="store_true", help="measure time and memory by step")
    parser.add_argument(
        "--build",
        type=Path,
        default=Path("build/original"),
        help="folder of the trained simple_cnn",
    )
    parser.add_argument(
        "--model", type=Path, default=Path("build/model.tflite"), help="the model for --memory"
    )
    parser.add_argument("--rounds", type=count, help="default: 200; 50 with --memory")
    args = parser.parse_args()
    if args.memory:
        frame_memory.print_steps(args.model, args.rounds or 50)
    else:
        compare_with_network(args.build, args.rounds or 200)


def compare_with_network(build: Path, rounds: int) -> None:
    """Measure all combinations in turn and print the tables."""
    # TensorFlow takes seconds to load, and --memory does not need it.
    from bench.models import convert_simple_cnn  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = {"simple_cnn": convert_simple_cnn(build, folder), "compact": SHIPPED}
        setups: list[Setup] = list(itertools.product(models, installed_runtimes(), (1, 2)))
        figures: dict[Setup, Medians] = {setup: [] for setup in setups}
        official: dict[str, list[float]] = {model: [] for model in models}
        for _ in range(TURNS):
            for model, runtime, threads in setups:
                medians = measure(models[model], runtime, threads, rounds, folder)
                figures[model, runtime, threads].append(medians)
            for model, path in models.items():
                official[model].append(measure_officially(path, folder))
    print_ratios(figures)
    print_goals(figures["compact", "litert", 1])
    for model in models:
        print_path(model, figures[model, "litert", 1])
    print(f"{OFFICIAL}, one thread, likewise")
    for model, times in official.items():
        print(f"{model:12} {value_range(times, 'ms', 3)}")


def measure(model: Path, runtime: str, threads: int, rounds: int, folder: Path) -> dict[str, float]:
    """Return the median milliseconds of each step, from `emotion-edge bench` in its own process."""
    out = folder / "bench.json"
    given = {"model": model, "runtime": runtime, "threads": threads, "frames": rounds, "json": out}
    options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "emotion_edge", "bench", "--faces", "off", *options]
    subprocess.run(command, check=True, capture_output=True)
    steps = json.loads(out.read_text())["milliseconds"]
    return {name: step["p50"] for name, step in steps.items()}


def measure_officially(model: Path, folder: Path) -> float:
    """Return the median milliseconds of one inference by LiteRT's own benchmark program."""
    out = folder / "official.json"
    words = ["--model", str(model), "--num_threads", "1", "--num_runs", "200"]
    command = [sys.executable, "-m", OFFICIAL, *words, "--result_json", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return float(json.loads(out.read_text())["latency"]["median_ms"])


def print_ratios(figures: dict[Setup, Medians]) -> None:
    """Print a line for each model, runtime and number of threads."""
    print(f"{'model':12} {'runtime':15} threads {'invoke':>18} {'path / invoke':>16}", end="")
    print(f" {'level / invoke':>16}")
    for (model, runtime, threads), turns in figures.items():
        invoke = value_range([turn[INVOKE] for turn in turns], "ms", 3)
        path, level = (value_range(over(turns, step), "x") for step in (PATH, LEVEL))
        print(f"{model:12} {runtime:15} {threads:7} {invoke:>18} {path:>16} {level:>16}")


def print_goals(turns: Medians) -> None:
    """Print whether a model keeps the goals."""
    print_goal("compact, path / invoke", median(over(turns, PATH)), MOST, "x")
    print_goal("compact, level / invoke", median(over(turns, LEVEL)), MOST_LEVEL, "x")
    needed = median(over(turns, PATH, NEEDED))
    print_goal("compact, path / what it cannot leave out", needed, MOST_OVER_NEEDED, "x")
    print()


def over(turns: Medians, step: str, others: Sequence[str] = (INVOKE,)) -> list[float]:
    """Return a step's time over that of other steps together, for each turn."""
    return [turn[step] / sum(turn[other] for other in others) for turn in turns]


def print_path(model: str, turns: Medians) -> None:
    """Print the time of each step in microseconds."""
    print(f"{model} on litert, one thread: microseconds")
    for name in turns[0]:
        print(f"{name:26} {value_range([1000 * turn[name] for turn in turns], '', 0):>14}")
    print()


if __name__ == "__main__":
    run_program("frames", main)
