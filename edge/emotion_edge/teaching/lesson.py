"""What a few faces teach: a head, and whether it is better than the model's own.

Only bursts that were held out can tell. The head is better if it names more of them right, all
labels counting alike, and

- more bursts are named better than worse, by more than chance explains. `SIGNIFICANCE` is below the
  usual 5 % because the strength was chosen on the same faces. Five strangers of FER2013 a label, on
  whom there is little to gain, then changed nothing in 40 trials, and ten in one of 60; with 2 % it
  was one of 40, and three of 60. Where the model's own head names fewer than half of the faces
  right, there is less to lose, and `STRANGE_SIGNIFICANCE` is enough, if the new head names at least
  half right: it does not if somebody has shown the wrong expressions;
- or it finds at least half of the faces of labels that the model does not know. All these labels
  must have been held out.

If it is not better, the model's own head stays, with all its labels if some of the faces' are new:
without the others, every face that is none of the few would be called one of them.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from emotion_edge.errors import UserError
from emotion_edge.model.calibration import calibrate
from emotion_edge.model.contract import Contract
from emotion_edge.teaching.bursts import burst_means
from emotion_edge.teaching.class_pictures import choose_labels
from emotion_edge.teaching.cross_validation import (
    MOST,
    Held,
    cross_validate,
    known_right,
)
from emotion_edge.teaching.faces import TaughtFaces
from emotion_edge.teaching.feature_space import held_radius
from emotion_edge.teaching.head import TaughtHead, fit_heads

SIGNIFICANCE, STRANGE_SIGNIFICANCE = 0.01, 0.1
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was learnt.

    head: fitted to all faces if it is better, else the model's own. held: answers to held-out
    faces, None if none could be held out. p_value: the probability of such a gain by chance on
    labels that the model knows, 0..1. better: whether something was gained.
    """

    head: TaughtHead
    held: Held | None
    p_value: float
    better: bool


def learn(faces: TaughtFaces, model: Contract) -> Lesson:
    """Learn from faces. model: the model's contract.

    Raises UserError if there are faces of fewer than two labels.
    """
    _check(faces)
    radius = held_radius(faces)
    held = cross_validate(faces, model, radius)
    strength = math.inf if held is None else held.strength
    (head,) = fit_heads(faces, model, [strength], radius)
    p_value = 1.0 if held is None else _p_value(held, model)
    if held is None or not _is_better(held, faces, model, p_value):
        return Lesson(_unchanged(head, model), held, p_value, better=False)
    return Lesson(_calibrated(head, held, model), held, p_value, better=True)


def _unchanged(head: TaughtHead, model: Contract) -> TaughtHead:
    """Return a head that says of its labels what the model itself says."""
    labels = head.labels
    if not set(labels) <= set(model.labels):
        labels = choose_labels(model.labels, labels, only=False)
    nothing = np.zeros((len(head.weights), len(labels)))
    return replace(head, labels=labels, weights=nothing, enter=model.enter, leave=model.leave)


def _check(faces: TaughtFaces) -> None:
    if len(labels := faces.with_faces()) < 2:
        raise UserError(
            f"faces of {labels[0] if labels else 'no label'} only: nothing to tell them from",
            "add faces of another label, such as neutral",
        )


def _is_better(held: Held, faces: TaughtFaces, model: Contract, p_value: float) -> bool:
    new = {label for label in faces.with_faces() if label not in model.labels}
    if new - set(held.faces.with_faces()):
        return False
    before, after = rights(held, model)
    if held.faces.balanced() @ (after.astype(float) - before) <= 0:
        return False
    if new:
        rows = np.isin(held.faces.targets, [held.faces.labels.index(label) for label in new])
        return bool(held.faces.only(rows).balanced() @ after[rows] >= MOST)
    found = known_right(held.after, held.faces, model)
    strange = held.strange and found >= MOST and p_value < STRANGE_SIGNIFICANCE
    return strange or p_value < SIGNIFICANCE


def rights(held: Held, model: Contract) -> tuple[Flags, Flags]:
    """Return whether each held-out face is named right, (M,) each: by the model, and as taught.

    The model itself cannot name a label that it does not know.
    """
    known = np.array([label in model.labels for label in held.faces.labels])
    targets = held.faces.targets
    before = (held.before.argmax(axis=1) == targets) & known[targets]
    return before, held.after.argmax(axis=1) == targets


def _p_value(held: Held, model: Contract) -> float:
    """Return the probability of as great a gain as on the labels that the model knows by chance."""
    known = np.array([label in model.labels for label in held.faces.labels])
    rows = known[held.faces.targets]
    before, after = (right[rows].astype(float) for right in rights(held, model))
    gains = burst_means(after - before, held.faces.bursts[rows])
    return mid_p(int((gains > 0).sum()), int((gains < 0).sum()))


def mid_p(gained: int, lost: int) -> float:
    """Return the probability of at least so many gains among these changes if it is by chance.

    The one-sided sign test with the mid-p value, which for single pictures is McNemar's (Fagerland,
    Lydersen and Laake 2013, https://doi.org/10.1186/1471-2288-13-91). Without a change it is 0.5.
    """
    changes = gained + lost
    more = sum(math.comb(changes, k) for k in range(gained + 1, changes + 1))
    return (2 * more + math.comb(changes, gained)) / (2 << changes)


def _calibrated(head: TaughtHead, held: Held, model: Contract) -> TaughtHead:
    """Return the head with temperature and thresholds that suit the answers to held-out faces."""
    fitted = calibrate(held.after, held.faces.targets, head.contract(model))
    return replace(head, temperature=fitted.temperature, enter=fitted.enter, leave=fitted.leave)
