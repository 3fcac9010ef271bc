"""Compare an epoch in three pipelines, which train simple_cnn in turn on the same files.

ours          the pipeline of `python -m train`
original      the original project's, ImageDataGenerator(rescale=1/255).flow_from_directory with
              batches of 16
memory        Keras's own, fed with random float32 arrays in memory. This is the limit for pipelines
              of float32; ours moves uint8, a quarter of the bytes

s             median wall-clock seconds (lowest to highest)
processor, s  median CPU seconds of all threads, which other work on the machine disturbs less
over ours     the median to the left, divided by ours

--side enlarges the pictures first. First epochs, which trace the network, do not count.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

import keras
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from PIL import Image

from bench._training.epoch import prepare
from train.data.dataset import find_labels
from train.engine.trainer import build
from train.recipe import Recipe

SIZE = (150, 150)  # simple_cnn's input


def print_speed(data: Path, side: int | None, rounds: int) -> None:
    """Train in all three ways and print the table. side: of the pictures, None for as they are."""
    with tempfile.TemporaryDirectory() as folder:
        measure(enlarge(data, Path(folder), side) if side else data, rounds)


def enlarge(data: Path, folder: Path, side: int) -> Path:
    """Write the pictures to `folder` as JPEGs of side x side pixels; return the folder."""
    for path in data.glob("*/*/*.jpg"):
        target = folder / path.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as picture:
            picture.resize((side, side)).save(target, quality=92)
    return folder


def measure(data: Path, rounds: int) -> None:
    """Train in turn and print medians and ratios; first epochs, which trace, are not counted."""
    pipelines = {make.__name__: make(data, Recipe(epochs=1)) for make in (ours, original, memory)}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pipelines}
    for turn in range(rounds + 1):
        for name, train_epoch in pipelines.items():
            wall, processor = time.monotonic(), time.process_time()
            train_epoch()
            if turn:
                taken[name].append((time.monotonic() - wall, time.process_time() - processor))
    print(f"{'an epoch':10}{'s':>24}  over ours{'processor, s':>24}  over ours")
    columns = {name: list(zip(*times, strict=True)) for name, times in taken.items()}
    for name, pair in columns.items():
        print(f"{name:10}", *map(cell, pair, columns["ours"]), sep="")


def cell(values: Sequence[float], ours: Sequence[float]) -> str:
    """Return the median, the lowest and the highest value, and the ratio of the medians."""
    median = statistics.median(values)
    span = f"{median:.2f} ({min(values):.2f} to {max(values):.2f})"
    return f"{span:>24}{median / statistics.median(ours):9.2f} x"


def ours(data: Path, recipe: Recipe) -> Callable[[], object]:
    """Return a function that trains an epoch as `python -m train` does."""
    return prepare(data, recipe, Path("build/cache")).train


def original(data: Path, recipe: Recipe) -> Callable[[], object]:
    """Return a function that trains an epoch with the original project's pipeline."""
    with redirect_stdout(sys.stderr):  # it prints what it finds
        flow = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
            data / "train", target_size=SIZE, batch_size=recipe.batch_size
        )
    model = with_plain_targets(build(recipe, flow.num_classes))
    return lambda: model.fit(flow, verbose=0)


def with_plain_targets(model: keras.Model) -> keras.Model:
    """Return the network, compiled to be trained on one-hot labels instead of our targets."""
    model.compile(model.optimizer, "categorical_crossentropy", weighted_metrics=["accuracy"])
    return model


def memory(data: Path, recipe: Recipe) -> Callable[[], object]:
    """Return a function that trains an epoch on random arrays, one for each picture."""
    pictures = sum(1 for path in (data / "train").rglob("*") if path.is_file())
    classes = len(find_labels(data))
    rng = np.random.default_rng(recipe.seed)
    images = rng.random((pictures, *SIZE, 3), np.float32)
    targets = keras.utils.to_categorical(rng.integers(classes, size=pictures), classes)
    model = with_plain_targets(build(recipe, classes))
    return lambda: model.fit(images, targets, batch_size=recipe.batch_size, verbose=0)
