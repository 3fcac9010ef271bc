"""Cross-validation: choose how strongly to pull, and what the head says of faces not taught.

Folds are made of whole bursts (`bursts.divide`). The strength is the strongest whose held-out
log-loss is within one standard error of the lowest (Breiman et al. 1984, section 3.4.3), the
standard error being that of the difference from the lowest, over bursts: what two strengths have in
common does not count. Among the strengths is an endless one, the model's own head.

If that names fewer than `MOST` of the held-out faces right, as with drawn faces, it is no guide:
then the strength with the lowest log-loss is taken, and `STRANGE` at most. Two drawn people then
change the model in four trials of five instead of two, and nothing changes for FER2013's.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract
from emotion_edge.model.network import Outputs
from emotion_edge.teaching.bursts import divide
from emotion_edge.teaching.faces import TaughtFaces, own_logits
from emotion_edge.teaching.head import fit_heads

STRENGTHS = (math.inf, 1.0, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5)  # strongest first
STRANGE = 3e-4
MOST = 0.5  # of the faces, which a model that knows such faces names right
_TOLERANCE = 1e-4  # of a fit whose errors on held-out faces are all that counts
Logits = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Held:
    """What heads say of faces that they were not taught.

    faces: the M faces that were held out in turn. before: (M, labels) float64, the logits of the
    model's own head. after: those of heads taught with `strength`. strange: whether the model's own
    head is no guide, because it names too few of the faces right.
    """

    faces: TaughtFaces
    before: Logits
    after: Logits
    strength: float
    strange: bool


def cross_validate(faces: TaughtFaces, model: Contract, radius: float) -> Held | None:
    """Return the best strength's answers to held-out faces; None if no face can be held out.

    model: the model's contract. radius: of the reach.
    """
    folds = divide(faces)
    rows = np.flatnonzero(folds >= 0)
    if not len(rows):
        return None
    held, after = faces.only(rows), np.zeros((len(STRENGTHS), len(rows), len(faces.labels)))
    for fold in np.unique(folds[rows]):
        after[:, folds[rows] == fold] = _answers(
            faces.only(folds != fold), faces.only(folds == fold), model, radius
        )
    before = own_logits(held.seen_together().logits, model, held.labels)[:, 0]
    strange = known_right(before, held, model) < MOST
    chosen = _choose(after, held, strange)
    return Held(held, before, after[chosen], STRENGTHS[chosen], strange)


def _answers(taught: TaughtFaces, asked: TaughtFaces, model: Contract, radius: float) -> Logits:
    """Return the logits of each strength's head, (strengths, asked faces, labels)."""
    seen = asked.seen_together()
    outputs = Outputs(seen.logits[:, 0], seen.features[:, 0])
    heads = fit_heads(taught, model, STRENGTHS, radius, _TOLERANCE)
    return np.stack([head.logits(outputs, model) for head in heads])


def known_right(logits: Logits, faces: TaughtFaces, model: Contract) -> float:
    """Return the share of faces named right, of those whose label the model knows; 1 without any.

    logits: (N, labels). All labels count alike.
    """
    known = np.array([label in model.labels for label in faces.labels])[faces.targets]
    right = logits[known].argmax(axis=1) == faces.targets[known]
    return float(faces.only(known).balanced() @ right) if known.any() else 1.0


def _choose(logits: Logits, faces: TaughtFaces, strange: bool) -> int:
    """Return the place of the strongest pull that is as good as the best. logits: per strength."""
    losses = log_losses(logits, faces.targets)
    weights = faces.balanced()
    means = losses @ weights
    best = int(means.argmin())
    if strange:
        return max(best, STRENGTHS.index(STRANGE))
    for place in range(best):
        excess = losses[place] - losses[best]
        if means[place] - means[best] <= _standard_error(excess, weights, faces.bursts):
            return place
    return best


def log_losses(logits: Logits, targets: npt.NDArray[np.int64]) -> Logits:
    """Return the log-loss of each face, (..., M), for logits (..., M, labels)."""
    logs = logits - logits.max(axis=-1, keepdims=True)
    logs = logs - np.log(np.exp(logs).sum(axis=-1, keepdims=True))
    return np.asarray(-logs[..., np.arange(len(targets)), targets])


def _standard_error(values: Logits, weights: Logits, bursts: npt.NDArray[np.int64]) -> float:
    """Return that of a weighted mean of values that resemble each other within a burst."""
    deviations = weights * (values - weights @ values)
    _, places = np.unique(bursts, return_inverse=True)
    return float(np.sqrt((np.bincount(places, deviations) ** 2).sum()))
