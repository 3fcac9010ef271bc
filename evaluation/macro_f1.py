"""Macro-F1 of a confusion matrix, and its 95 % interval.

A confusion matrix has a row for each true class and a column for each predicted one.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, norm, t

Matrix = npt.NDArray[Any]
_TAILS = (0.025, 0.975)
_PRIOR = 0.25  # images added to each class as right, and as many as wrong


def class_f1(matrices: Matrix) -> npt.NDArray[np.float64]:
    """Return the F1 of each class of matrices (..., classes, classes), 0 for a class in neither."""
    hits = np.diagonal(matrices, axis1=-2, axis2=-1)
    total = _total(matrices)
    return np.asarray(np.divide(2.0 * hits, total, out=np.zeros(total.shape), where=total > 0))


def macro_f1(matrices: Matrix) -> npt.NDArray[np.float64]:
    """Return the mean F1 over classes of matrices (..., classes, classes).

    It leaves out classes that are neither true nor predicted, like scikit-learn's f1_score: right
    predictions of every image give 1. A class that is only predicted counts as 0.
    """
    present = (_total(matrices) > 0).sum(axis=-1)
    return np.asarray(class_f1(matrices).sum(axis=-1) / np.maximum(present, 1))


def macro_f1_interval(matrix: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return the 95 % interval of the macro-F1 of a matrix (classes, classes).

    It is the Clopper-Pearson interval of a proportion, for as many images as would give the
    proportion the variance of the macro-F1, corrected for the degrees of freedom and at most as
    many as there are (Korn and Graubard 1998, *Survey Methodology* 24, 193-201). The variance is
    the delta method's (Takahashi et al. 2022, doi:10.1007/s10489-021-02635-5), with half an image
    more in each class, so that it is not 0 if all predictions are right.

    In simulations with 7 classes, accuracies of 0.6 to 0.98 and 20 to 700 images it covers the true
    value in 93 % or more if the classes are equally frequent, and in 87 % or more if the rarest
    class is one image in 29. A percentile bootstrap covers it in 34 % for 20 images and an accuracy
    of 0.98: most such sets have no error, and then every resample gives 1.
    """
    count, present = int(matrix.sum()), _total(matrix) > 0
    value, smoothed = float(macro_f1(matrix)), _add_prior(matrix)
    expected = class_f1(smoothed)[present].mean()
    alike = expected * (1 - expected) / _variance(smoothed, present, count)
    freedom = max(1, count - int(present.sum()))
    images = min(alike, count) * (norm.ppf(_TAILS[1]) / t.ppf(_TAILS[1], freedom)) ** 2
    right, wrong = value * images, (1 - value) * images
    low = beta.ppf(_TAILS[0], right, wrong + 1) if right > 0 else 0.0
    high = beta.ppf(_TAILS[1], right + 1, wrong) if wrong > 0 else 1.0
    return float(low), float(high)


def _total(matrices: Matrix) -> Matrix:
    """Return how often each class is true, plus how often it is predicted."""
    return np.asarray(matrices.sum(axis=-1) + matrices.sum(axis=-2))


def _add_prior(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Add the prior to the rows of classes with images; the wrong half spreads over the others."""
    classes = len(matrix)
    prior = np.full(matrix.shape, _PRIOR / (classes - 1))
    np.fill_diagonal(prior, _PRIOR)
    return np.asarray(matrix + prior * (matrix.sum(axis=1, keepdims=True) > 0))


def _variance(matrix: Matrix, present: Matrix, count: int) -> float:
    """Return the delta method's variance of the macro-F1 of `count` images drawn from `matrix`."""
    total = np.maximum(_total(matrix), 1e-12)
    slope = np.where(present, class_f1(matrix) / total, 0.0)
    gradient = -(slope[:, np.newaxis] + slope)
    gradient[np.diag_indices_from(gradient)] += np.where(present, 2 / total, 0.0)
    gradient *= matrix.sum() / present.sum()
    shares = matrix / matrix.sum()
    return float(((shares * gradient**2).sum() - (shares * gradient).sum() ** 2) / count)
