"""Write the files of a finished run to build/, all of them or none."""

import csv
import json
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from emotion_edge.errors import escape
from emotion_edge.model.contract import Contract, dumps
from emotion_edge.model.postprocessing import scores
from emotion_edge.system.hardware import processor_name
from emotion_edge.util.atomic_write import staged_write
from evaluation.metrics import describe_quality, quality
from evaluation.plots import plot_confusion, plot_history
from evaluation.predictors import keras_logits
from train.data.dataset import Dataset
from train.data.export import select_for_conversion
from train.data.pipeline import evaluation_batches
from train.data.split import Split
from train.engine.checkpoint import kept_epoch
from train.engine.comparison import compare, describe_comparison
from train.engine.pretrained import Pretrained
from train.engine.state import History, digest_of
from train.recipe import Recipe

PACKAGES = ("keras", "numpy", "pillow")


@dataclass(frozen=True)
class Finished:
    """A trained network, ready to be written.

    model: with the weights to keep. run: the contents of run.json, to which the digests of the
    files for the conversion are added. history: one row for each epoch, none if the network was
    trained elsewhere.
    """

    model: keras.Model
    contract: Contract
    evaluation: dict[str, Any]
    run: dict[str, Any]
    history: History


def write_build(build: Path, finished: Finished, dataset: Dataset, calibration_size: int) -> None:
    """Write everything to `build`.

    calibration_size: training pictures for quantisation. Raises RunError if `build` cannot be
    written; it is unchanged then.
    """
    model, contract, run = finished.model, finished.contract, finished.run
    rng = np.random.default_rng(run["recipe"]["seed"] if "recipe" in run else 0)
    exports = select_for_conversion(dataset, calibration_size, rng)
    # The model comes last. If the process is killed before that, make trains again.
    with staged_write(build) as last, staged_write(build) as stage:
        model.save(last / "model.keras")
        model.save_weights(stage / f"{model.name}.weights.h5")
        (stage / "contract.json").write_text(dumps(contract), encoding="utf-8")
        for name, (split, chosen) in exports.items():
            _save_images(stage / f"{name}.npz", split, chosen, contract)
        if finished.history:
            _write_history(stage / "history.csv", finished.history)
            plot_history(finished.history, stage / "history.png", run["kept_epoch"])
        (stage / "evaluation.json").write_text(json.dumps(finished.evaluation, indent=2) + "\n")
        plot_confusion(finished.evaluation, stage / "confusion.png")
        inputs = [last / "model.keras", stage / "contract.json", *sorted(stage.glob("*.npz"))]
        described = {**run, "sha256": {path.name: digest_of(path) for path in inputs}}
        (stage / "run.json").write_text(json.dumps(described, indent=2) + "\n")
    if not finished.history:  # that of a former run says nothing of this network
        for name in ("history.csv", "history.png"):
            (build / name).unlink(missing_ok=True)


def evaluate(
    model: keras.Model, contract: Contract, dataset: Dataset, pretrained: Pretrained | None = None
) -> dict[str, Any]:
    """Return the figures of a network on the holdout.

    pretrained: the network that it started from, to compare it with.
    """
    holdout = dataset.holdout
    batches = evaluation_batches(holdout, contract, batch_size=64)
    logits = keras_logits(model, (images for images, _, _ in batches))
    found = quality(scores(logits, contract), holdout.targets)
    described = {"split": dataset.holdout_name, **describe_quality(found, contract.labels)}
    if pretrained:
        described["comparison"] = compare(model, contract, pretrained, holdout)
    return described


def describe_training(recipe: Recipe, history: History, seconds: float) -> dict[str, Any]:
    """Return what run.json says of a training: its recipe, the epoch that was kept, the time."""
    return {
        "recipe": asdict(recipe),
        "kept_epoch": kept_epoch(history, last=recipe.average is not None),
        "seconds": round(seconds, 1),
    }


def describe_run(data: Path) -> dict[str, Any]:
    """Return what run.json says of every run: the arguments, the machine and the versions."""
    return {
        "arguments": sys.argv[1:],
        "data": str(data),
        "machine": ", ".join([processor_name(), *_gpus()]),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            **{package: version(package) for package in PACKAGES},
        },
        "git_revision": _git_revision(),
    }


def _gpus() -> list[str]:
    gpus = tf.config.list_physical_devices("GPU")
    details = map(tf.config.experimental.get_device_details, gpus)
    return [each.get("device_name", "a GPU") for each in details]


def summarise(finished: Finished) -> str:
    """Return the closing lines of a run: the epoch that was kept, and the result."""
    evaluation = finished.evaluation
    lines = [_kept_line(finished.history, finished.run), describe_result(evaluation)]
    if comparison := evaluation.get("comparison"):
        lines += describe_comparison(comparison, evaluation["split"])
    return "\n".join(map(escape, lines))


def _kept_line(history: History, run: dict[str, Any]) -> str:
    kept = run["kept_epoch"]
    accuracy = f"{history[kept - 1]['val_accuracy']:.4f}"
    if run["recipe"]["average"] is None:
        return (
            f"kept epoch {kept} of {len(history)}, the best by val_accuracy ({accuracy}). It was "
            "chosen on the validation split: that figure is not a test result."
        )
    return f"kept the averaged weights after epoch {kept}; val_accuracy ({accuracy})"


def describe_result(evaluation: dict[str, Any]) -> str:
    """Return a line with the figures on the holdout."""
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
        parts=split.part[chosen],
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
