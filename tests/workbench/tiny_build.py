"""A build folder as training leaves it, of a network that takes a second to train."""

import hashlib
import json
from pathlib import Path

import keras
import numpy as np

from emotion_edge.model.contract import dumps
from tests.workbench.contracts import make_contract

SIDE = 8
LABELS = ("blue", "green", "red")


def tinted_noise(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy images with a tint, uint8 (count, 8, 8, 3), and their indices into LABELS."""
    rng = np.random.default_rng(seed)
    targets = np.arange(count) % len(LABELS)
    tint = 28 * np.eye(3)[::-1][targets]  # blue first, as in LABELS
    pixels = rng.normal(110 + tint[:, None, None], 60, (count, SIDE, SIDE, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8), targets


def save_pictures(path: Path, count: int, seed: int, classes: tuple[str, ...] = LABELS) -> None:
    """Write tinted noise in the format of the images that training exports for the conversion."""
    images, targets = tinted_noise(count, seed)
    save_arrays(path, images=images, labels=targets, classes=np.array(classes))


def save_arrays(path: Path, **arrays: np.ndarray) -> None:
    """Write an .npz of images of one part, unless their parts are given."""
    names = {"classes": np.array(LABELS), "parts": np.zeros(len(arrays["labels"]), np.int64)}
    np.savez(path, **names | arrays)


def _train_tiny_network() -> keras.Model:
    """Train a network that names the tint of an image; takes about a second."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(3, activation="sigmoid"),
        ],
        name="tiny",
    )
    model.compile("adam", "categorical_crossentropy")
    images, targets = tinted_noise(1500, seed=1)
    model.fit(images / np.float32(255), np.eye(3)[targets], epochs=12, verbose=0)
    return model


def write_tiny_build(folder: Path) -> None:
    """Write the files that training leaves for the conversion."""
    folder.mkdir()
    model = _train_tiny_network()
    model.save(folder / "model.keras")
    contract = make_contract(LABELS, SIDE, activation="sigmoid", embedding=64)
    (folder / "contract.json").write_text(dumps(contract))
    counts = {"calibration": 90, "temperature": 150, "holdout": 300}
    for i, (name, count) in enumerate(counts.items()):
        save_pictures(folder / f"{name}.npz", count, seed=2 + i)
    with np.load(folder / "holdout.npz") as holdout:
        outputs = model.predict(holdout["images"] / np.float32(255), verbose=0)
        accuracy = float((outputs.argmax(axis=1) == holdout["labels"]).mean())
    (folder / "evaluation.json").write_text(json.dumps({"accuracy": accuracy}))
    seal(folder)


def seal(folder: Path) -> None:
    """Write the digests of the conversion's inputs to run.json, as if training had written them."""
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "model.keras", folder / "contract.json", *folder.glob("*.npz"))
    }
    (folder / "run.json").write_text(json.dumps({"sha256": digests}))
