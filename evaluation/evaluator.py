"""Evaluate a model on a labelled split: every figure of an evaluation, as one JSON object."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from emotion_edge.faces.quality import sharpness
from emotion_edge.imaging.image_files import WORKSTATION_MEGAPIXELS, read_image
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from evaluation.corruptions import CORRUPTIONS, corrupt
from evaluation.metrics import (
    Scores,
    Targets,
    describe_quality,
    quality,
    reliability,
    wilson,
)
from evaluation.predictors import Predictor
from evaluation.selective_prediction import at_threshold, risk_coverage

GROUPS = 4  # equal parts of the images, by each property
_CURVE_POINTS = 100  # of the risk-coverage curve
_PROPERTIES = (
    "luminance of the middle of the face, 0 to 255",
    "contrast, standard deviation of the pixels",
    "sharpness, see edge/emotion_edge/faces/quality.py",
    "side of the picture in pixels",
)


class LabelledImages(Protocol):
    """N images with labels, such as one split of a data set."""

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """Return the preprocessed pixels, (N, height, width, channels)."""

    @property
    def targets(self) -> npt.NDArray[np.int64]:
        """Return the true class numbers, (N,)."""

    @property
    def votes(self) -> npt.NDArray[np.float32]:
        """Return the votes per label, the last column for none of them: (N, classes + 1)."""

    @property
    def paths(self) -> list[Path]:
        """Return the N files."""


def measure(
    predictor: Predictor, split: LabelledImages, copies: set[Path] | None, *, robustness: bool
) -> dict[str, Any]:
    """Return the figures of a model on a split.

    copies: images with near-duplicates in other splits; None if no search was made.
    robustness: also evaluate on corrupted images.
    """
    contract, targets = predictor.contract, split.targets
    values = scores(predictor.logits(split.images), contract)
    correct = values.argmax(axis=1) == targets
    return {
        **describe_quality(quality(values, targets), contract.labels),
        "temperature": contract.temperature,
        "reliability": reliability(values, targets),
        "risk_coverage": _curve(values, targets),
        "thresholds": {
            name: at_threshold(values, targets, getattr(contract, name))
            for name in ("enter", "leave")
        },
        "unseen": _unseen(split, correct, copies),
        "voters": _voters(split, contract.labels),
        "groups": list(_groups(split, correct)),
        "robustness": list(_robustness(predictor, split)) if robustness else [],
    }


def describe(predictor: Predictor) -> dict[str, Any]:
    """Return the model's name, input, labels and cost."""
    contract = predictor.contract
    shape = " x ".join(map(str, contract.input_shape))
    labels = list(contract.labels)
    return {"model": predictor.name, "input": shape, "labels": labels, **predictor.cost}


def _accuracy(correct: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return the number of images and the accuracy with its 95 % Wilson interval."""
    interval = wilson(int(correct.sum()), len(correct))
    return {
        "images": len(correct),
        "accuracy": float(correct.mean()),
        "accuracy_ci95": list(interval),
    }


def _unseen(
    split: LabelledImages, correct: npt.NDArray[np.bool_], copies: set[Path] | None
) -> dict[str, Any] | None:
    """Return the accuracy without near-duplicates of training images, which flatter a model.

    Returns None if no search for near-duplicates was made, or if no other image is left.
    """
    if copies is None:
        return None
    unseen = np.array([path not in copies for path in split.paths])
    return _accuracy(correct[unseen]) if unseen.any() else None


def _curve(values: Scores, targets: Targets) -> list[list[float]]:
    """Return some points of the risk-coverage curve: coverage, risk, threshold."""
    columns = risk_coverage(values, targets)
    chosen = np.unique(np.linspace(0, len(targets) - 1, _CURVE_POINTS).round().astype(int))
    return [[float(column[i]) for column in columns] for i in chosen]


def _voters(split: LabelledImages, labels: Sequence[str]) -> dict[str, Any] | None:
    """Return the share of votes for the label itself; None without votes."""
    several = split.votes.sum(axis=1) > 1
    if not several.any():
        return None
    votes, targets = split.votes[several].astype(np.float64), split.targets[several]
    agreed = votes[np.arange(len(targets)), targets] / votes.sum(axis=1)
    by_class = {labels[c]: float(agreed[targets == c].mean()) for c in np.unique(targets)}
    return {"images": len(targets), "agreement": float(agreed.mean()), "by_class": by_class}


def _groups(split: LabelledImages, correct: npt.NDArray[np.bool_]) -> Iterator[dict[str, Any]]:
    """Yield the accuracy of equal parts of the images, sorted by each property."""
    columns = zip(
        *(_properties(read_image(path, WORKSTATION_MEGAPIXELS)) for path in split.paths),
        strict=True,
    )
    for name, values in zip(_PROPERTIES, map(np.array, columns), strict=True):
        limits = np.quantile(values, np.linspace(0, 1, GROUPS + 1))
        group = np.searchsorted(limits[1:-1], values, side="right")
        for i in np.unique(group).tolist():
            inside = group == i
            low, high = float(values[inside].min()), float(values[inside].max())
            yield {"by": name, "from": low, "to": high, **_accuracy(correct[inside])}


def _properties(pixels: npt.NDArray[np.uint8]) -> tuple[float, ...]:
    """Return the _PROPERTIES of an image as it is in its file."""
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    rows, columns = grey.shape
    middle = grey[rows * 2 // 5 : rows * 4 // 5, columns // 4 : columns * 3 // 4]
    return float(np.median(middle)), float(grey.std()), sharpness(pixels), float(min(grey.shape))


def _robustness(predictor: Predictor, split: LabelledImages) -> Iterator[dict[str, Any]]:
    tasks = [(name, strength) for name, (_, all_) in CORRUPTIONS.items() for strength in all_]
    for name, strength in tqdm(tasks, "corrupting images", disable=None):
        corrupted = (
            corrupt(read_image(path, WORKSTATION_MEGAPIXELS), name, strength)
            for path in split.paths
        )
        images = np.array([preprocess(pixels, predictor.contract) for pixels in corrupted])
        correct = predictor.logits(images).argmax(axis=1) == split.targets
        yield {"change": name, "strength": strength, **_accuracy(correct)}
