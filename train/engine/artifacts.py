"""Write the files of a finished run to build/, all of them or none."""

import csv
import json
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from emotion_edge.model.contract import Contract, dumps
from emotion_edge.model.postprocessing import scores
from emotion_edge.system.hardware import processor_name
from emotion_edge.util.atomic_write import staged_write
from evaluation.metrics import describe_quality, quality
from evaluation.plots import plot_confusion, plot_history
from evaluation.predictors import keras_logits
from train.data.export import select_for_conversion
from train.data.image_folder import Dataset, Split
from train.data.pipeline import evaluation_batches
from train.engine.checkpoint import kept_epoch
from train.engine.state import History, digest_of
from train.recipe import Recipe

PACKAGES = ("keras", "numpy", "pillow")


def write_build(
    build: Path,
    model: keras.Model,
    contract: Contract,
    dataset: Dataset,
    *,
    history: History,
    calibration_size: int,
    run: dict[str, Any],
) -> dict[str, Any]:
    """Evaluate the model on the holdout, write everything to `build`, and return the evaluation.

    model: with the weights to keep. run: the contents of run.json, to which the digests of the
    files for the conversion are added. Raises RunError if `build` cannot be written; it is
    unchanged then.
    """
    evaluation = _evaluate(model, contract, dataset)
    rng = np.random.default_rng(run["recipe"]["seed"])
    exports = select_for_conversion(dataset, calibration_size, rng)
    # The model comes last. If the process is killed before that, make trains again.
    with staged_write(build) as last, staged_write(build) as stage:
        model.save(last / "model.keras")
        model.save_weights(stage / f"{model.name}.weights.h5")
        (stage / "contract.json").write_text(dumps(contract), encoding="utf-8")
        for name, (split, chosen) in exports.items():
            _save_images(stage / f"{name}.npz", split, chosen, contract)
        _write_history(stage / "history.csv", history)
        plot_history(history, stage / "history.png", run["kept_epoch"])
        (stage / "evaluation.json").write_text(json.dumps(evaluation, indent=2) + "\n")
        plot_confusion(evaluation, stage / "confusion.png")
        inputs = [last / "model.keras", stage / "contract.json", *sorted(stage.glob("*.npz"))]
        described = {**run, "sha256": {path.name: digest_of(path) for path in inputs}}
        (stage / "run.json").write_text(json.dumps(described, indent=2) + "\n")
    return evaluation


def _evaluate(model: keras.Model, contract: Contract, dataset: Dataset) -> dict[str, Any]:
    holdout = dataset.holdout
    batches = evaluation_batches(holdout, contract, batch_size=64)
    logits = keras_logits(model, (images for images, _, _ in batches))
    found = quality(scores(logits, contract), holdout.targets)
    return {"split": dataset.holdout_name, **describe_quality(found, contract.labels)}


def describe_run(recipe: Recipe, data: Path, history: History, seconds: float) -> dict[str, Any]:
    """Return the contents of run.json: the settings, the machine, the versions and the time."""
    return {
        "arguments": sys.argv[1:],
        "recipe": asdict(recipe),
        "data": str(data),
        "kept_epoch": kept_epoch(history, last=recipe.average is not None),
        "machine": ", ".join([processor_name(), *_gpus()]),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            **{package: version(package) for package in PACKAGES},
        },
        "git_revision": _git_revision(),
        "seconds": round(seconds, 1),
    }


def _gpus() -> list[str]:
    gpus = tf.config.list_physical_devices("GPU")
    details = map(tf.config.experimental.get_device_details, gpus)
    return [each.get("device_name", "a GPU") for each in details]


def summarise(evaluation: dict[str, Any], history: History, run: dict[str, Any]) -> str:
    """Return the closing lines of a run: the epoch that was kept, and the result."""
    return f"{_kept_line(history, run)}\n{_result_line(evaluation)}"


def _kept_line(history: History, run: dict[str, Any]) -> str:
    kept = run["kept_epoch"]
    accuracy = f"{history[kept - 1]['val_accuracy']:.4f}"
    if run["recipe"]["average"] is None:
        return (
            f"kept epoch {kept} of {len(history)}, the best by val_accuracy ({accuracy}). It was "
            "chosen on the validation split: that figure is not a test result."
        )
    return f"kept the averaged weights after epoch {kept}; val_accuracy ({accuracy})"


def _result_line(evaluation: dict[str, Any]) -> str:
    low, high = evaluation["accuracy_ci95"]
    figures = (
        f"accuracy {evaluation['accuracy']:.4f} (95 % interval {low:.4f} to {high:.4f}, "
        f"{evaluation['images']} images), macro-F1 {evaluation['macro_f1']:.4f}"
    )
    if evaluation["split"] == "test":
        return f"test: {figures}"
    return f"no test split, so there is no result to quote; validation: {figures}"


def _save_images(
    path: Path, split: Split, chosen: npt.NDArray[np.int64], contract: Contract
) -> None:
    np.savez(
        path,
        images=split.images[chosen],
        labels=split.targets[chosen],
        classes=np.array(contract.labels),
    )


def _write_history(path: Path, history: History) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, history[0].keys())
        writer.writeheader()
        writer.writerows(history)


def _git_revision() -> str | None:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        result = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return result.stdout.strip()
