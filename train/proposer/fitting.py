"""Train the network on scenes that are made meanwhile."""

import math
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from train.proposer.network import STRIDES, box_loss, build_network, score_loss
from train.proposer.portraits import Portraits
from train.proposer.scenes import make_scene
from train.proposer.targets import make_targets

SIZE = (256, 256)  # pixels of a scene
BATCH_SIZE = 16  # scenes
EPOCH = 8000  # scenes between two lines of progress and two backups, at most
_LEAST_EPOCHS = 4
LEARNING_RATE, WARMUP, WEIGHT_DECAY = 2e-3, 0.02, 1e-4  # warm-up is a share of the steps
_BOX_WEIGHT = 0.7  # of the box's loss, that of the score being 1
_NAMES = [f"{kind}_{stride}" for stride in STRIDES for kind in ("score", "box")]


def fit(portraits: Portraits, scenes: int, seed: int, state: Path) -> keras.Model:
    """Return a network trained on scenes with the portraits.

    scenes: how many. state: a folder for the state of runs; one with the same arguments is
    continued.
    """
    keras.utils.set_random_seed(seed)
    model = build_network()
    losses: dict[str, Callable[..., tf.Tensor]] = {
        name: score_loss if name.startswith("score") else box_loss for name in _NAMES
    }
    weights = {name: 1.0 if name.startswith("score") else _BOX_WEIGHT for name in _NAMES}
    digest = zlib.crc32(np.ascontiguousarray(portraits.pixels).data)
    backup = state / f"{scenes}-{seed}-{digest:08x}"
    epochs = max(_LEAST_EPOCHS, math.ceil(scenes / EPOCH))
    steps = math.ceil(scenes / epochs / BATCH_SIZE)
    model.compile(_make_optimizer(epochs * steps), loss=losses, loss_weights=weights)
    model.fit(
        make_batches(portraits, seed),
        epochs=epochs,
        steps_per_epoch=steps,
        callbacks=[keras.callbacks.BackupAndRestore(str(backup)), _Progress(epochs)],
        shuffle=False,
        verbose=0,
    )
    return model


class _Progress(keras.callbacks.Callback):
    """Prints a line after each epoch."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._epochs, self._began = epochs, 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Note the time."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Print the loss."""
        seconds = time.monotonic() - self._began
        loss = (logs or {})["loss"]
        print(f"epoch {epoch + 1} of {self._epochs}: loss {loss:.3f}, {seconds:.0f} s", flush=True)


def _make_optimizer(steps: int) -> keras.optimizers.Optimizer:
    warmup = max(1, round(WARMUP * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=max(1, steps - warmup),
        warmup_target=LEARNING_RATE,
        warmup_steps=warmup,
    )
    return keras.optimizers.AdamW(
        schedule, weight_decay=WEIGHT_DECAY, clipnorm=5.0, use_ema=True, ema_momentum=0.999
    )


def make_batches(portraits: Portraits, seed: int) -> tf.data.Dataset:
    """Return endless batches of scenes, float32 in -1..1, and their targets."""
    shapes = [
        (SIZE[1] // stride, SIZE[0] // stride, depth) for stride in STRIDES for depth in (1, 4)
    ]

    def example(number: tf.Tensor) -> list[npt.NDArray[np.float32]]:
        rng = np.random.default_rng([seed, int(number), *b"scene"])
        scene = make_scene(SIZE, portraits, rng)
        targets = make_targets(scene.faces, SIZE)
        return [scene.pixels.astype(np.float32) / 127.5 - 1, *(targets[name] for name in _NAMES)]

    def load(number: tf.Tensor) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        pixels, *targets = tf.numpy_function(example, [number], [tf.float32] * (1 + len(_NAMES)))
        pixels.set_shape((SIZE[1], SIZE[0], 3))
        for target, shape in zip(targets, shapes, strict=True):
            target.set_shape(shape)
        return pixels, dict(zip(_NAMES, targets, strict=True))

    numbers = tf.data.Dataset.counter()
    examples = numbers.map(load, num_parallel_calls=tf.data.AUTOTUNE)
    return examples.batch(BATCH_SIZE).prefetch(4)
