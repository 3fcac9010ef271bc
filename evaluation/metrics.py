"""Classification metrics: accuracy, F1, calibration error, and parity of two sets of scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from evaluation.macro_f1 import class_f1, macro_f1, macro_f1_interval

Scores = npt.NDArray[np.float64]
Targets = npt.NDArray[np.int64]
BINS = 15  # of the expected calibration error, as in Guo et al. 2017


@dataclass(frozen=True)
class Quality:
    """Figures of scores compared with the true classes.

    top1_ci95: 95 % Wilson interval. macro_f1, macro_f1_ci95: see `evaluation.macro_f1`. recall: by
    class, None for a class without images. confusion_matrix: a row for each true class, a column
    for each predicted one. ece: expected calibration error. nll: mean negative log-likelihood, in
    nats.
    """

    top1: float
    top1_ci95: tuple[float, float]
    macro_f1: float
    macro_f1_ci95: tuple[float, float]
    recall: list[float | None]
    confusion_matrix: list[list[int]]
    ece: float
    nll: float


@dataclass(frozen=True)
class Parity:
    """Differences between scores and Keras's scores for the same images.

    agreement: share of images with the same label. clear_pictures: number of images whose two
    largest Keras logits differ by more than one quantisation step of the output. clear_agreement:
    the agreement on these, or on all images if none is clear. max_score_error, mean_score_error:
    |difference of a score| over all images and classes. mean_kl: mean Kullback-Leibler divergence
    from Keras's scores, in nats.
    """

    agreement: float
    clear_pictures: int
    clear_agreement: float
    max_score_error: float
    mean_score_error: float
    mean_kl: float


def wilson(correct: int, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of the proportion `correct / count`."""
    interval = binomtest(correct, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def accuracy(correct: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return the number of images, and the accuracy with its 95 % Wilson interval."""
    interval = wilson(int(correct.sum()), len(correct))
    return {
        "images": len(correct),
        "accuracy": float(correct.mean()),
        "accuracy_ci95": list(interval),
    }


def mean_recall(predictions: Targets, targets: Targets) -> float:
    """Return the mean of the recalls of the classes that occur in `targets`, both (N,)."""
    correct = predictions == targets
    return float(np.mean([correct[targets == label].mean() for label in np.unique(targets)]))


def mean_recall_interval(predictions: Targets, targets: Targets) -> tuple[float, float]:
    """Return the 95 % interval of `mean_recall`.

    It is made of the Wilson intervals of the classes' recalls (Zou and Donner 2008,
    https://doi.org/10.1002/sim.3095): the distances of their ends from the recalls add up in
    squares.
    """
    correct = predictions == targets
    classes = [correct[targets == label] for label in np.unique(targets)]
    recalls = np.array([each.mean() for each in classes])
    ends = np.array([wilson(int(each.sum()), len(each)) for each in classes])
    below, above = np.linalg.norm(ends.T - recalls, axis=1) / len(classes)
    return float(recalls.mean() - below), float(recalls.mean() + above)


def quality(scores: Scores, targets: Targets) -> Quality:
    """Return the figures of scores (N, classes) for true class numbers (N,)."""
    predictions, classes = scores.argmax(axis=1), scores.shape[1]
    correct = int((predictions == targets).sum())
    matrix = confusion_matrix(targets, predictions, labels=range(classes))
    return Quality(
        top1=correct / len(targets),
        top1_ci95=wilson(correct, len(targets)),
        macro_f1=float(macro_f1(matrix)),
        macro_f1_ci95=macro_f1_interval(matrix),
        recall=_recall(matrix),
        confusion_matrix=matrix.tolist(),
        ece=expected_calibration_error(scores, targets),
        nll=float(-np.log(_clip(scores)[np.arange(len(targets)), targets]).mean()),
    )


def parity(scores: Scores, keras_scores: Scores, *, keras_logits: Scores, quantum: float) -> Parity:
    """Compare scores (N, classes) with Keras's.

    keras_logits: those that decide the label, see `postprocessing.adjustment`. quantum:
    quantisation step of the output tensor, in logits; 0 for a float output.
    """
    same = scores.argmax(axis=1) == keras_scores.argmax(axis=1)
    second, first = np.partition(keras_logits, -2, axis=1)[:, -2:].T
    clear = first - second > quantum
    differences = np.abs(scores - keras_scores)
    log_ratio = np.log(_clip(keras_scores)) - np.log(_clip(scores))
    return Parity(
        agreement=float(same.mean()),
        clear_pictures=int(clear.sum()),
        clear_agreement=float(same[clear].mean() if clear.any() else same.mean()),
        max_score_error=float(differences.max()),
        mean_score_error=float(differences.mean()),
        mean_kl=float((keras_scores * log_ratio).sum(axis=1).mean()),
    )


def cosine_similarity(some: npt.NDArray[Any], others: npt.NDArray[Any]) -> float:
    """Return the mean cosine similarity of the rows of two arrays (N, features), -1 to 1.

    Rows of zeros resemble only each other.
    """
    lengths = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
    products = (some.astype(np.float64) * others).sum(axis=1)
    alike = (some == others).all(axis=1)
    return float(np.where(alike, 1.0, products / np.maximum(lengths, 1e-12)).mean())


def describe_quality(quality: Quality, labels: Sequence[str]) -> dict[str, Any]:
    """Return the figures as an evaluation lists them, with precision, recall and F1 of each class.

    A figure whose denominator is 0 is 0.
    """
    matrix = np.array(quality.confusion_matrix)
    hits, support = matrix.diagonal(), matrix.sum(axis=1)
    precision, recall = (hits / np.maximum(total, 1) for total in (matrix.sum(axis=0), support))
    columns = {"precision": precision, "recall": recall, "f1": class_f1(matrix), "support": support}
    return {
        "images": int(matrix.sum()),
        "accuracy": quality.top1,
        "accuracy_ci95": list(quality.top1_ci95),
        "macro_f1": quality.macro_f1,
        "mean_recall": float(np.mean([recall for recall in quality.recall if recall is not None])),
        "per_class": {
            label: {name: column[i].item() for name, column in columns.items()}
            for i, label in enumerate(labels)
        },
        "confusion_matrix": quality.confusion_matrix,
        "macro_f1_ci95": list(quality.macro_f1_ci95),
        "ece": quality.ece,
        "nll": quality.nll,
    }


def reliability(scores: Scores, targets: Targets) -> list[tuple[int, float, float]]:
    """Return (images, mean score, accuracy) for BINS equal ranges of the winning score."""
    confidence, correct = scores.max(axis=1), scores.argmax(axis=1) == targets
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (int(inside.sum()), float(confidence[inside].mean()), float(correct[inside].mean()))
        if (inside := bins == i).any()
        else (0, 0.0, 0.0)
        for i in range(BINS)
    ]


def expected_calibration_error(scores: Scores, targets: Targets) -> float:
    """Return the mean gap between score and accuracy (Guo et al. 2017, arXiv:1706.04599, eq. 5)."""
    gaps = [n * abs(score - accuracy) for n, score, accuracy in reliability(scores, targets)]
    return sum(gaps) / len(targets)


def _recall(matrix: npt.NDArray[np.int64]) -> list[float | None]:
    rows = zip(matrix.diagonal().tolist(), matrix.sum(axis=1).tolist(), strict=True)
    return [hits / support if support else None for hits, support in rows]


def _clip(scores: Scores) -> Scores:
    """Return scores of at least 1e-12, whose logarithm is finite."""
    return np.maximum(scores, 1e-12)
