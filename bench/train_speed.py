"""Seconds per epoch of `simple_cnn`, three ways in turn on the same files and the same machine.

  python -m bench.train_speed [--data build/samples] [--rounds 3] [--side 640]

ours      the pipeline of `python -m train`
original  the original's recipe: ImageDataGenerator(rescale=1/255).flow_from_directory, batch 16
memory    the same network and compilation, fed with random arrays that lie in memory: the limit
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from PIL import Image

from train.data import find_labels, load
from train.fit import build
from train.models import contract_of
from train.pipeline import steps_per_epoch, training_batches
from train.recipe import Recipe


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, default=Path("build/samples"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", type=int, help="enlarge the pictures to so many pixels first")
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
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, epoch in ways.items():
            start = time.monotonic()
            epoch()
            if turn:
                seconds[name].append(time.monotonic() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        low, high, ratio = min(seconds[name]), max(seconds[name]), median / medians["ours"]
        print(f"{name:8} {median:6.2f} s an epoch ({low:.2f} to {high:.2f}), {ratio:.2f} x ours")


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
    main()
