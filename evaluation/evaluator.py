"""All that an evaluation measures of a model, as one JSON object."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from emotion_edge.faces.quality import sharpness
from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from evaluation.corruptions import CHANGES, disturb
from evaluation.keras_outputs import evaluate
from evaluation.metrics import Scores, Targets, quality, reliability, wilson
from evaluation.predictors import Judge
from evaluation.selective_prediction import at_threshold, risk_coverage

PARTS = 4  # of the pictures, by what can be measured of them
_POINTS = 100  # of the risk-coverage curve


class LabelledImages(Protocol):
    """N images to measure on, such as one split of a data set."""

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """Return the pixels, (N, height, width, channels)."""

    @property
    def targets(self) -> npt.NDArray[np.int64]:
        """Return the true class numbers, (N,)."""

    @property
    def votes(self) -> npt.NDArray[np.float32]:
        """Return how many people gave each label, then how many gave none: (N, classes + 1)."""

    @property
    def paths(self) -> list[Path]:
        """Return the N files."""


def measure(
    judge: Judge, split: LabelledImages, copies: set[Path] | None, *, robustness: bool
) -> dict[str, Any]:
    """Return what a model is worth on a split.

    copies: pictures with near-copies in other splits, None where nobody has looked for them.
    robustness: also on pictures made worse.
    """
    contract, targets = judge.contract, split.targets
    values = scores(judge.logits(split.images), contract)
    predictions = values.argmax(axis=1)
    figures = evaluate(targets, predictions, list(contract.labels))
    more = asdict(quality(values, targets))
    return {
        **figures,
        **{name: more[name] for name in ("macro_f1_ci95", "ece", "nll")},
        "temperature": contract.temperature,
        "reliability": reliability(values, targets),
        "risk_coverage": _curve(values, targets),
        "thresholds": {
            name: at_threshold(values, targets, getattr(contract, name))
            for name in ("enter", "leave")
        },
        "unseen": _unseen(split, predictions == targets, copies),
        "voters": _voters(split, contract.labels),
        "groups": list(_groups(split, predictions == targets)),
        "robustness": list(_robustness(judge, split)) if robustness else [],
    }


def share_right(right: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return how many pictures, the share that is right, and its 95 % Wilson interval."""
    interval = wilson(int(right.sum()), len(right))
    return {
        "images": len(right),
        "accuracy": float(right.mean()),
        "accuracy_ci95": list(interval),
    }


def _unseen(
    split: LabelledImages, right: npt.NDArray[np.bool_], copies: set[Path] | None
) -> dict[str, Any] | None:
    """Return the same of the pictures without near-copies in other splits; None if none is known.

    What a model has learnt from flatters it.
    """
    if copies is None:
        return None
    unseen = np.array([path not in copies for path in split.paths])
    return share_right(right[unseen]) if unseen.any() else None


def _curve(values: Scores, targets: Targets) -> list[list[float]]:
    """Return some points of the risk-coverage curve: coverage, risk, threshold."""
    columns = risk_coverage(values, targets)
    chosen = np.unique(np.linspace(0, len(targets) - 1, _POINTS).round().astype(int))
    return [[float(column[i]) for column in columns] for i in chosen]


def _voters(split: LabelledImages, labels: Sequence[str]) -> dict[str, Any] | None:
    """Return how far people agree with the label that most of them gave; None without votes."""
    several = split.votes.sum(axis=1) > 1
    if not several.any():
        return None
    votes, targets = split.votes[several].astype(np.float64), split.targets[several]
    agreed = votes[np.arange(len(targets)), targets] / votes.sum(axis=1)
    by_class = {labels[c]: float(agreed[targets == c].mean()) for c in np.unique(targets)}
    return {"images": len(targets), "agreement": float(agreed.mean()), "by_class": by_class}


def _groups(split: LabelledImages, right: npt.NDArray[np.bool_]) -> Iterator[dict[str, Any]]:
    """Yield the accuracy in equal parts of the pictures, sorted by what a picture itself tells."""
    for name, values in _measurable(split).items():
        limits = np.quantile(values, np.linspace(0, 1, PARTS + 1))
        part = np.searchsorted(limits[1:-1], values, side="right")
        for i in np.unique(part).tolist():
            inside = part == i
            low, high = float(values[inside].min()), float(values[inside].max())
            yield {"by": name, "from": low, "to": high, **share_right(right[inside])}


def _measurable(split: LabelledImages) -> dict[str, npt.NDArray[np.float64]]:
    """Return some measures of each picture as it is in its file, (N,)."""
    columns = zip(*(_measure(read_image(path)) for path in split.paths), strict=True)
    return dict(zip(_MEASURES, map(np.array, columns), strict=True))


_MEASURES = (
    "luminance of the middle of the face, 0 to 255",
    "contrast, standard deviation of the pixels",
    "sharpness, see edge/emotion_edge/faces/quality.py",
    "side of the picture in pixels",
)


def _measure(pixels: npt.NDArray[np.uint8]) -> tuple[float, ...]:
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    rows, columns = grey.shape
    middle = grey[rows * 2 // 5 : rows * 4 // 5, columns // 4 : columns * 3 // 4]
    return float(np.median(middle)), float(grey.std()), sharpness(pixels), float(min(grey.shape))


def _robustness(judge: Judge, split: LabelledImages) -> Iterator[dict[str, Any]]:
    tasks = [(name, strength) for name, (_, all_) in CHANGES.items() for strength in all_]
    for name, strength in tqdm(tasks, "disturbing pictures", disable=None):
        changed = (disturb(read_image(path), name, strength) for path in split.paths)
        images = np.array([preprocess(pixels, judge.contract) for pixels in changed])
        right = judge.logits(images).argmax(axis=1) == split.targets
        yield {"change": name, "strength": strength, **share_right(right)}


def describe(judge: Judge) -> dict[str, Any]:
    """Return what model was measured."""
    contract = judge.contract
    shape = " x ".join(map(str, contract.input_shape))
    return {"model": judge.name, "input": shape, "labels": list(contract.labels), **judge.cost}
