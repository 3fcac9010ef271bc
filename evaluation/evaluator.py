"""Evaluate a model on a labelled split: every figure of an evaluation, as one JSON object.

Each image is looked at twice, as it is and mirrored, as the edge program does with single pictures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.imaging.image_files import WORKSTATION_MEGAPIXELS, read_picture
from emotion_edge.imaging.regions import scale_region
from emotion_edge.model.calibration import at_threshold
from emotion_edge.model.contract import Contract
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from evaluation.corruptions import CORRUPTIONS, corrupt
from evaluation.groups import by_name, by_property
from evaluation.metrics import (
    Scores,
    Targets,
    accuracy,
    describe_quality,
    mean_recall,
    quality,
    reliability,
)
from evaluation.predictors import Logits, Predictor
from evaluation.selective_prediction import risk_coverage

_CURVE_POINTS = 100  # of the risk-coverage curve
_TAUS = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]


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
    def part(self) -> npt.NDArray[np.int64]:
        """Return the numbers of the parts that the images are from, (N,)."""

    @property
    def paths(self) -> list[Path]:
        """Return the N files."""


@dataclass(frozen=True)
class Known:
    """Facts about the images besides their labels.

    parts: the names of the data set's parts. copies: images with near-duplicates in other splits;
    None if no search was made. groups: (N,) the name of each image's group, "" for none; or None.
    """

    parts: Sequence[str] = ()
    copies: set[Path] | None = None
    groups: npt.NDArray[np.str_] | None = None


def measure(
    predictor: Predictor, split: LabelledImages, known: Known, *, robustness: bool
) -> dict[str, Any]:
    """Return the figures of a model on a split. robustness: also evaluate on corrupted images."""
    contract, targets = predictor.contract, split.targets
    one_look, logits = _look(predictor, split.images)
    values = scores(logits, contract)
    predictions = values.argmax(axis=1)
    correct = predictions == targets
    return {
        **_describe(values, targets, contract),
        "tau": contract.tau,
        "temperature": contract.temperature,
        "one_look": accuracy(scores(one_look, contract).argmax(axis=1) == targets),
        "reliability": reliability(values, targets),
        "risk_coverage": _curve(values, targets),
        "parts": _parts(values, split, known.parts, contract),
        "taus": list(_taus(logits, split, known.parts, contract)),
        "unseen": _unseen(split, correct, known.copies),
        "voters": _voters(split, contract.labels),
        "groups": list(by_property(map(read_face, split.paths), correct)),
        "named_groups": by_name(known.groups, predictions, targets),
        "robustness": list(_robustness(predictor, split)) if robustness else [],
    }


def _look(predictor: Predictor, images: npt.NDArray[np.uint8]) -> tuple[Logits, Logits]:
    """Return the logits (N, classes) of one look at each image, and the mean of both looks."""
    logits = predictor.logits(images)
    return logits, (logits + predictor.logits(images[:, :, ::-1])) / 2


def _describe(values: Scores, targets: Targets, contract: Contract) -> dict[str, Any]:
    thresholds = {
        name: at_threshold(values, targets, getattr(contract, name)) for name in ("enter", "leave")
    }
    return {**describe_quality(quality(values, targets), contract.labels), "thresholds": thresholds}


def _parts(
    values: Scores, split: LabelledImages, parts: Sequence[str], contract: Contract
) -> dict[str, Any]:
    """Return the figures of each part of a data set, if it has several."""
    if len(parts) < 2:
        return {}
    rows = {name: split.part == number for number, name in enumerate(parts)}
    return {
        name: _describe(values[inside], split.targets[inside], contract)
        for name, inside in rows.items()
        if inside.any()
    }


def _taus(
    logits: Logits, split: LabelledImages, parts: Sequence[str], contract: Contract
) -> Iterator[dict[str, Any]]:
    """Yield accuracy and mean recall with other values of the contract's `tau`, by part."""
    for tau in sorted({*_TAUS, contract.tau}):
        predictions = scores(logits, replace(contract, tau=tau)).argmax(axis=1)
        figures = {}
        for number in np.unique(split.part).tolist():
            found, wanted = (each[split.part == number] for each in (predictions, split.targets))
            figures[parts[number] if parts else ""] = {
                "accuracy": float((found == wanted).mean()),
                "mean_recall": mean_recall(found, wanted),
            }
        yield {"tau": tau, "parts": figures}


def read_face(path: Path) -> npt.NDArray[np.uint8]:
    """Return the face that a picture names, level, at its own size, or the picture: uint8 RGB."""
    pixels, _, face = read_picture(path, WORKSTATION_MEGAPIXELS)
    if face is None:
        return pixels
    return scale_region(pixels, face, round(face.width), round(face.height), grey=False)


def describe(predictor: Predictor) -> dict[str, Any]:
    """Return the model's name, input, labels and cost."""
    contract = predictor.contract
    shape = " x ".join(map(str, contract.input_shape))
    labels = list(contract.labels)
    return {"model": predictor.name, "input": shape, "labels": labels, **predictor.cost}


def _unseen(
    split: LabelledImages, correct: npt.NDArray[np.bool_], copies: set[Path] | None
) -> dict[str, Any] | None:
    """Return the accuracy without near-duplicates of training images, which flatter a model.

    Returns None if no search for near-duplicates was made, or if no other image is left.
    """
    if copies is None:
        return None
    unseen = np.array([path not in copies for path in split.paths])
    return accuracy(correct[unseen]) if unseen.any() else None


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


def _robustness(predictor: Predictor, split: LabelledImages) -> Iterator[dict[str, Any]]:
    tasks = [(name, strength) for name, (_, all_) in CORRUPTIONS.items() for strength in all_]
    for name, strength in tqdm(tasks, "corrupting images", disable=None):
        corrupted = (corrupt(read_face(path), name, strength) for path in split.paths)
        images = np.array([preprocess(pixels, predictor.contract) for pixels in corrupted])
        logits = _look(predictor, images)[1]
        correct = scores(logits, predictor.contract).argmax(axis=1) == split.targets
        yield {"change": name, "strength": strength, **accuracy(correct)}
