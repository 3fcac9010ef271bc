"""Seconds per epoch of `simple_cnn`, three ways in turn on the same files and the same machine.

  python -m bench.train_speed [--data build/samples] [--rounds 5] [--side 640]

ours      the pipeline of `python -m train`
original  the original's recipe: ImageDataGenerator(rescale=1/255).flow_from_directory, batch 16
memory    the same network and compilation, fed by Keras with random float32 arrays that lie in
          memory: the limit, but for ours, which moves uint8, a quarter of the bytes

Medians (lowest to highest). Processor seconds are those of all threads, and bear other work beside.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from PIL import Image

from emotion_edge.cli.argument_types import count
from emotion_edge.errors import exit_code
from train.data.image_folder import find_labels, load
from train.data.pipeline import steps_per_epoch, training_batches
from train.engine.trainer import build
from train.models import contract_of
from train.recipe import Recipe


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, default=Path("build/samples"))
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--side", type=count, help="enlarge the pictures to so many pixels first")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = enlarge(args.data, Path(folder), args.side) if args.side else args.data
        measure(data, args.rounds)


def enlarge(data: Path, folder: Path, side: int) -> Path:
    """Write the pictures of `data` to `folder` as JPEG of side x side pixels and return it."""
    for path in data.glob("*/*/*.jpg"):
        target = folder / path.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as picture:
            picture.resize((side, side)).save(target, quality=92)
    return folder


def measure(data: Path, rounds: int) -> None:
    """Print a table of medians and ratios; each way's first epoch (tracing) is not counted."""
    recipe = Recipe(epochs=1)
    ways = {way.__name__: way(data, recipe) for way in (ours, original, memory)}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, epoch in ways.items():
            start = time.monotonic(), time.process_time()
            epoch()
            if turn:
                wall, processor = time.monotonic() - start[0], time.process_time() - start[1]
                taken[name].append((wall, processor))
    print(f"{'an epoch':10}{'s':>24}  over ours{'processor, s':>24}  over ours")
    columns = {name: list(zip(*rounds, strict=True)) for name, rounds in taken.items()}
    for name, pair in columns.items():
        print(f"{name:10}", *map(cell, pair, columns["ours"]), sep="")


def cell(values: Sequence[float], ours: Sequence[float]) -> str:
    """Return the median, the lowest and the highest, and the ratio of the medians."""
    median = statistics.median(values)
    span = f"{median:.2f} ({min(values):.2f} to {max(values):.2f})"
    return f"{span:>24}{median / statistics.median(ours):9.2f} x"


def ours(data: Path, recipe: Recipe) -> Callable[[], object]:
    """Return a function that trains an epoch as `python -m train` does, without validation."""
    labels = find_labels(data)
    model = build(recipe, len(labels))
    contract = contract_of(model, labels)
    with redirect_stdout(sys.stderr):  # it tells what it found
        split = load(data, contract, Path("build/cache")).training
    batches = training_batches(split, contract, recipe)
    steps = steps_per_epoch(split, recipe)
    return lambda: model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)


def original(data: Path, recipe: Recipe) -> Callable[[], object]:
    """Return a function that trains an epoch with the original's recipe."""
    with redirect_stdout(sys.stderr):  # likewise
        flow = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
            data / "train", target_size=(150, 150), batch_size=recipe.batch_size
        )
    model = build(recipe, flow.num_classes)
    return lambda: model.fit(flow, verbose=0)


def memory(data: Path, recipe: Recipe) -> Callable[[], object]:
    """Return a function that trains an epoch on random arrays, as many as there are pictures."""
    n = sum(1 for path in (data / "train").rglob("*") if path.is_file())
    classes = len(find_labels(data))
    rng = np.random.default_rng(recipe.seed)
    images = rng.random((n, 150, 150, 3), np.float32)
    targets = keras.utils.to_categorical(rng.integers(classes, size=n), classes)
    model = build(recipe, classes)
    return lambda: model.fit(images, targets, batch_size=recipe.batch_size, verbose=0)


if __name__ == "__main__":
    sys.exit(exit_code("bench.train_speed", main))
