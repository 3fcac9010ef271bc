"""How training grows with the data: seconds and memory for 1, 2 and 4 times the pictures.

  python -m bench.train_growth [--data build/samples] [--model simple_cnn] [--rounds 2]

Each size is decoded and trained for an epoch as `python -m train` does it, with the model's own
recipe, in a process of its own; the sizes in turn. The pictures are `data`'s, linked to under other
names. The epoch's first steps (tracing) are not timed; the time is the median of the rounds, memory
the most of them. MB are 10^6 bytes.

"ms a picture" must stay what it is, and "held" (anonymous memory) must not grow. "peak" (VmHWM) is
the most that was resident: it has the pages of the mapped cache too, as many as the memory has room
for, which the system takes back when it needs them.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from bench._memory import memory
from emotion_edge.cli.argument_types import count
from emotion_edge.errors import exit_code
from train.data.image_folder import find_labels, load
from train.data.pipeline import steps_per_epoch, training_batches
from train.engine.trainer import build
from train.models import contract_of
from train.recipe import RECIPES

TIMES = (1, 2, 4)
FIRST = 10  # steps that are not timed
MB = 1e6


class Cost(NamedTuple):
    """What an epoch cost: pictures and seconds of it, bytes held, mapped and at the peak."""

    pictures: int
    seconds: float
    held: int
    mapped: int
    peak: int


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, default=Path("build/samples"))
    parser.add_argument("--model", choices=RECIPES, default="simple_cnn")
    parser.add_argument("--rounds", type=count, default=2)
    args = parser.parse_args()
    find_labels(args.data)  # or there is nothing to link to
    data = args.data.resolve()
    # Beside the data, for hard links do not leave a file system.
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        sizes = {times: multiply(data, Path(folder, str(times)), times) for times in TIMES}
        print_table(args.model, measure(sizes, args.model, args.rounds))


def multiply(data: Path, folder: Path, times: int) -> Path:
    """Link to each picture of `data` so many times below `folder`, and return that."""
    for split in ("train", "validation", "test"):
        for path in (data / split).glob("*/*"):
            target = folder / path.relative_to(data)
            target.parent.mkdir(parents=True, exist_ok=True)
            for copy in range(times):
                target.with_name(f"{copy}-{path.name}").hardlink_to(path)
    return folder


def measure(sizes: dict[int, Path], model: str, rounds: int) -> dict[int, list[Cost]]:
    """Return what an epoch of each size cost in each round."""
    costs: dict[int, list[Cost]] = {times: [] for times in sizes}
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        for turn in range(rounds):
            for times, data in sizes.items():
                costs[times].append(pool.submit(train_epoch, data, model).result())
                print(f"round {turn + 1}: {times} x {costs[times][-1].seconds:.1f} s", flush=True)
    return costs


def train_epoch(data: Path, name: str) -> Cost:
    """Train an epoch of `data` as `python -m train` does, without validation."""
    labels, recipe = find_labels(data), replace(RECIPES[name], epochs=1)
    model = build(recipe, len(labels))
    contract = contract_of(model, labels)
    with redirect_stdout(sys.stderr):  # it tells what it found
        split = load(data, contract, data / "cache").training
    steps, watch = steps_per_epoch(split, recipe), Watch()
    batches = training_batches(split, contract, recipe)
    model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=[watch])
    seconds = (watch.now - watch.start) * steps / (steps - FIRST)
    return Cost(len(split.targets), seconds, watch.held, split.images.nbytes, memory("VmHWM"))


class Watch(keras.callbacks.Callback):
    """Takes the time after the first steps and the last one, and the most memory held."""

    start = now = 0.0
    held = 0

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        """Keras calls this."""
        self.now = time.monotonic()
        if batch == FIRST - 1:
            self.start = self.now
        self.held = max(self.held, memory("RssAnon"))


def print_table(model: str, costs: dict[int, list[Cost]]) -> None:
    """Print a line for each size, with its ratios to the first."""
    print(
        f"\n{model:10} pictures  s an epoch  ms a picture     held, MB          mapped     peak, MB"
    )
    first: list[float] = []
    for times, rounds in costs.items():
        pictures, seconds = rounds[0].pictures, statistics.median(cost.seconds for cost in rounds)
        held, mapped, peak = (max(cost[i] for cost in rounds) / MB for i in (2, 3, 4))
        each = 1000 * seconds / pictures
        first = first or [each, held, peak]
        ratios = [f"{new / old:.2f} x" for new, old in zip((each, held, peak), first, strict=True)]
        print(
            f"{times:8} x {pictures:9,} {seconds:11.1f} {each:7.2f} {ratios[0]}"
            f" {held:8.0f} {ratios[1]} {mapped:15.0f} {peak:6.0f} {ratios[2]}"
        )


if __name__ == "__main__":
    sys.exit(exit_code("bench.train_growth", main))
