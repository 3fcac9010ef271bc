"""Measure how time and memory grow with 1, 2 and 4 times the pictures, with --growth.

The pictures are hard links to those in --data. Each size is decoded and trained for one epoch as
`python -m train` does it, with the model's own recipe, in a process of its own; the sizes run in
turn. The first steps, which trace the network, are not timed. A ratio compares with the smallest
size; MB are 10^6 bytes.

s an epoch    median of the rounds, for the time that the whole epoch takes
ms a picture  that time divided by the pictures; it should stay the same
held          most anonymous memory (RssAnon) in any round; it should not grow
mapped        size of the cache of decoded pictures, which is mapped into memory
peak          most resident memory (VmHWM) in any round. It includes pages of the mapped cache, as
              many as fit; Linux drops them when it needs the memory
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import keras

from bench._training.epoch import prepare
from bench._util import MB, memory
from emotion_edge.errors import UserError
from train.data.dataset import find_labels
from train.recipe import RECIPES

FACTORS = (1, 2, 4)
UNTIMED_STEPS = 10


class Cost(NamedTuple):
    """The cost of an epoch: pictures, seconds, and bytes held, mapped and at the peak."""

    pictures: int
    seconds: float
    held: int
    mapped: int
    peak: int


def print_growth(data: Path, model: str, rounds: int) -> None:
    """Train on each size in turn and print the table. Raises UserError without class folders."""
    find_labels(data)
    data = data.resolve()
    # Next to the data, because hard links cannot cross file systems.
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        sizes = {factor: multiply(data, Path(folder, str(factor)), factor) for factor in FACTORS}
        print_table(model, measure(sizes, model, rounds))


def multiply(data: Path, folder: Path, factor: int) -> Path:
    """Create `factor` hard links to each picture of `data` below `folder`; return the folder."""
    for split in ("train", "validation", "test"):
        for path in (data / split).glob("*/*"):
            target = folder / path.relative_to(data)
            target.parent.mkdir(parents=True, exist_ok=True)
            for copy in range(factor):
                target.with_name(f"{copy}-{path.name}").hardlink_to(path)
    return folder


def measure(sizes: dict[int, Path], model: str, rounds: int) -> dict[int, list[Cost]]:
    """Return the cost of an epoch of each size in each round."""
    costs: dict[int, list[Cost]] = {factor: [] for factor in sizes}
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        for turn in range(rounds):
            for factor, data in sizes.items():
                costs[factor].append(pool.submit(train_epoch, data, model).result())
                print(f"round {turn + 1}: {factor} x {costs[factor][-1].seconds:.1f} s", flush=True)
    return costs


def train_epoch(data: Path, name: str) -> Cost:
    """Train an epoch on `data` with the recipe of that name. Raises UserError for too few steps."""
    epoch = prepare(data, replace(RECIPES[name], epochs=1), data / "cache")
    if epoch.steps <= UNTIMED_STEPS:
        raise UserError(f"too few pictures: an epoch needs more than {UNTIMED_STEPS} steps")
    times, held = list[float](), list[int]()

    def record(batch: int, logs: object) -> None:
        times.append(time.monotonic())
        held.append(memory("RssAnon"))

    epoch.train((keras.callbacks.LambdaCallback(on_train_batch_end=record),))
    timed = times[-1] - times[UNTIMED_STEPS - 1]
    seconds = timed * epoch.steps / (epoch.steps - UNTIMED_STEPS)
    split = epoch.split
    return Cost(len(split.targets), seconds, max(held), split.images.nbytes, memory("VmHWM"))


def print_table(model: str, costs: dict[int, list[Cost]]) -> None:
    """Print a line for each size, with its ratios to the first."""
    print(
        f"\n{model:10} pictures  s an epoch  ms a picture     held, MB          mapped     peak, MB"
    )
    first: list[float] = []
    for factor, rounds in costs.items():
        pictures, seconds = rounds[0].pictures, statistics.median(cost.seconds for cost in rounds)
        held, mapped, peak = largest_memory(rounds)
        per_picture = 1000 * seconds / pictures
        figures = [per_picture, held, peak]
        first = first or figures
        ratios = [f"{new / old:.2f} x" for new, old in zip(figures, first, strict=True)]
        print(
            f"{factor:8} x {pictures:9,} {seconds:11.1f} {per_picture:7.2f} {ratios[0]}"
            f" {held:8.0f} {ratios[1]} {mapped:15.0f} {peak:6.0f} {ratios[2]}"
        )


def largest_memory(rounds: list[Cost]) -> Iterator[float]:
    """Yield the most memory that was held, mapped and at the peak in any round, in MB."""
    for column in zip(*((cost.held, cost.mapped, cost.peak) for cost in rounds), strict=True):
        yield max(column) / MB
