"""Multinomial logistic regression with ridge penalties, fitted by L-BFGS in numpy alone.

For rows x_i with weights w_i, targets y_i and given logits o_i, the coefficients B minimise

    sum_i w_i * -log softmax(o_i + x_i B)[y_i]  +  sum_k strength_k / 2 * |B_k|^2

B_k is the column of label k. This is convex, so there is one minimum; where a strength is infinite,
the column is zero. The minimum lies in the space that the rows span, so the search is made there: a
few faces have few directions, however many features there are.

L-BFGS: Nocedal and Wright 2006, *Numerical Optimization*, algorithm 7.4 with the scale of equation
7.20 and the steps of section 3.1. The space of the rows: Hastie, Tibshirani and Friedman 2009, *The
Elements of Statistical Learning*, section 18.3.5.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Targets = npt.NDArray[np.int64]
Pairs = deque[tuple[Matrix, Matrix]]  # steps and the changes of the gradient along them
TOLERANCE = 1e-11
_MAX_STEPS, _MEMORY = 2000, 12
_SUFFICIENT = 1e-4  # share of the decrease that the slope promises
_ROUNDING = 1e-14  # of the objective, which is about 1


def fit_path(
    rows: Matrix,
    given: Matrix,
    targets: Targets,
    weights: Matrix,
    strengths: Sequence[Matrix],
    *,
    tolerance: float = TOLERANCE,
) -> Iterator[Matrix]:
    """Yield the coefficients (inputs, labels) for each of several strengths, float64.

    rows: (N, inputs). given: logits (N, labels). targets: (N,), 0..labels - 1. weights: (N,), above
    0, with a sum of 1. strengths: (labels,) each, above 0; the search for one starts where that for
    the one before ended. tolerance: the largest partial derivative at the end.
    """
    left, singular, basis = np.linalg.svd(rows, full_matrices=False)
    point = np.zeros((len(basis), given.shape[1]))
    for strength in strengths:
        objective = _Objective(left * singular, given, targets, weights, strength)
        point = _minimise(objective, point, tolerance)
        yield basis.T @ point


@dataclass(frozen=True)
class _Objective:
    rows: Matrix
    given: Matrix
    targets: Targets
    weights: Matrix
    strength: Matrix
    free: npt.NDArray[np.bool_] = field(init=False)
    penalty: Matrix = field(init=False)
    inverse: Matrix = field(init=False)  # of about the second derivatives

    def __post_init__(self) -> None:
        free = np.isfinite(self.strength)
        penalty = np.where(free, self.strength, 0.0)
        curvature = (self.weights[:, None] * self.rows**2).sum(axis=0) / 4
        inverse = free / np.maximum(curvature[:, None] + penalty, 1e-12)
        for name, value in (("free", free), ("penalty", penalty), ("inverse", inverse)):
            object.__setattr__(self, name, value)

    def __call__(self, point: Matrix) -> tuple[float, Matrix]:
        """Return the value and the gradient."""
        logits = self.given + self.rows @ point
        logits -= logits.max(axis=1, keepdims=True)
        scores = np.exp(logits)
        sums = scores.sum(axis=1, keepdims=True)
        index = np.arange(len(logits)), self.targets
        losses = np.log(sums[:, 0]) - logits[index]
        value = self.weights @ losses + (self.penalty * point**2).sum() / 2
        errors = scores / sums
        errors[index] -= 1
        gradient = self.rows.T @ (self.weights[:, None] * errors) + self.penalty * point
        return float(value), gradient * self.free


def _minimise(objective: _Objective, point: Matrix, tolerance: float) -> Matrix:
    value, gradient = objective(point)
    pairs: Pairs = deque(maxlen=_MEMORY)
    for _ in range(_MAX_STEPS):
        if np.abs(gradient).max() <= tolerance:
            break
        direction = _direction(gradient, pairs, objective.inverse)
        found = _step(objective, point, value, gradient, direction)
        if found is None:  # rounding hides what is left to gain
            break
        change = found[0] - point, found[2] - gradient
        if _dot(*change) > 0:
            pairs.append(change)
        point, value, gradient = found
    return point


def _direction(gradient: Matrix, pairs: Pairs, inverse: Matrix) -> Matrix:
    """Return where to go: minus the inverse of the second derivatives times the gradient."""
    direction, shares = -gradient, []
    for step, change in reversed(pairs):
        shares.append(_dot(step, direction) / _dot(step, change))
        direction = direction - shares[-1] * change
    direction = direction * inverse
    if pairs:  # so that most steps need not be shortened
        step, change = pairs[-1]
        direction *= _dot(step, change) / _dot(change, inverse * change)
    for (step, change), share in zip(pairs, reversed(shares), strict=True):
        direction = direction + step * (share - _dot(change, direction) / _dot(step, change))
    return direction


def _step(
    objective: _Objective, point: Matrix, value: float, gradient: Matrix, direction: Matrix
) -> tuple[Matrix, float, Matrix] | None:
    """Return the next point, its value and gradient; None if no step lowers the value."""
    slope, length = _dot(gradient, direction), 1.0
    while length > 1e-10:
        there = point + length * direction
        new, new_gradient = objective(there)
        if new <= value + _SUFFICIENT * length * slope + _ROUNDING:
            return there, new, new_gradient
        length /= 2
    return None


def _dot(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    return float(np.vdot(one, other))
