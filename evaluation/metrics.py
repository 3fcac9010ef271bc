"""How good scores are, and how far apart two sets of scores are: plain arrays in, numbers out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

Scores = npt.NDArray[np.float64]
Targets = npt.NDArray[np.int64]
BINS = 15  # of the expected calibration error, as in Guo et al. 2017
_RESAMPLES = 2000


@dataclass(frozen=True)
class Quality:
    """What scores are worth against the truth.

    Intervals are of 95 %: top-1's is Wilson's, macro-F1's a percentile bootstrap over pictures. In
    macro-F1 a class without pictures counts as 0, as in training's evaluation.
    recall: of each class, None where there is no picture of it. confusion_matrix: a row for each
    true class. ece: expected calibration error. nll: mean negative log-likelihood, in nats.
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
    """How far scores are from Keras's.

    agreement: share of pictures with Keras's label. clear_agreement: the same among the
    `clear_pictures`, whose two largest logits in Keras are further apart than the output's quantum
    (among all, where no picture is clear).
    score_error: |difference of a score|, over all pictures and classes. kl: mean Kullback-Leibler
    divergence from Keras's scores, in nats.
    """

    agreement: float
    clear_pictures: int
    clear_agreement: float
    max_score_error: float
    mean_score_error: float
    mean_kl: float


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    interval = binomtest(right, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def quality(scores: Scores, targets: Targets) -> Quality:
    """Return what scores (N, classes) are worth against class numbers (N,)."""
    predictions, classes = scores.argmax(axis=1), scores.shape[1]
    correct = int((predictions == targets).sum())
    matrix = confusion_matrix(targets, predictions, labels=range(classes))
    supports = matrix.sum(axis=1).tolist()
    hits = matrix.diagonal().tolist()
    return Quality(
        top1=correct / len(targets),
        top1_ci95=wilson(correct, len(targets)),
        macro_f1=float(_macro_f1(matrix)),
        macro_f1_ci95=_macro_f1_interval(matrix),
        recall=[hit / n if n else None for hit, n in zip(hits, supports, strict=True)],
        confusion_matrix=matrix.tolist(),
        ece=expected_calibration_error(scores, targets),
        nll=float(-np.log(_floor(scores)[np.arange(len(targets)), targets]).mean()),
    )


def parity(scores: Scores, keras_scores: Scores, *, keras_logits: Scores, quantum: float) -> Parity:
    """Return how far scores (N, classes) are from Keras's.

    quantum: the step of the output tensor, in logits; 0 where it is float.
    """
    same = scores.argmax(axis=1) == keras_scores.argmax(axis=1)
    second, first = np.partition(keras_logits, -2, axis=1)[:, -2:].T
    clear = first - second > quantum
    differences = np.abs(scores - keras_scores)
    ratio = np.log(_floor(keras_scores)) - np.log(_floor(scores))
    return Parity(
        agreement=float(same.mean()),
        clear_pictures=int(clear.sum()),
        clear_agreement=float(same[clear].mean() if clear.any() else same.mean()),
        max_score_error=float(differences.max()),
        mean_score_error=float(differences.mean()),
        mean_kl=float((keras_scores * ratio).sum(axis=1).mean()),
    )


def reliability(scores: Scores, targets: Targets) -> list[tuple[int, float, float]]:
    """Return (pictures, mean score, accuracy) of BINS equal ranges of the winning score."""
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


def _macro_f1(matrices: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the mean F1 over classes of confusion matrices (..., classes, classes)."""
    hits = np.diagonal(matrices, axis1=-2, axis2=-1)
    total = matrices.sum(axis=-1) + matrices.sum(axis=-2)
    return np.asarray((2 * hits / np.maximum(total, 1)).mean(axis=-1))


def _macro_f1_interval(matrix: npt.NDArray[np.int64]) -> tuple[float, float]:
    # To draw pictures again with replacement is to draw cells of the confusion matrix.
    total = int(matrix.sum())
    draws = np.random.default_rng(0).multinomial(total, matrix.ravel() / total, _RESAMPLES)
    low, high = np.percentile(_macro_f1(draws.reshape(-1, *matrix.shape)), (2.5, 97.5))
    return float(low), float(high)


def _floor(scores: Scores) -> Scores:
    return np.maximum(scores, 1e-12)
