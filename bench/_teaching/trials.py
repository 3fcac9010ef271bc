"""Teach some faces, ask about others, and say how sure the result is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from bench._teaching.people import People, Rows
from emotion_edge.model.contract import Contract
from emotion_edge.model.network import Outputs
from emotion_edge.teaching.faces import TaughtFaces, own_logits
from emotion_edge.teaching.lesson import Lesson, learn

RESAMPLES = 2000
Values = npt.NDArray[np.float64]


class Answers(NamedTuple):
    """The places of labels (N,): the right one, and what the model says untaught and taught."""

    targets: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]

    def right(self) -> tuple[float, float]:
        """Return the shares of right answers, untaught and taught."""
        return (
            float((self.before == self.targets).mean()),
            float((self.after == self.targets).mean()),
        )

    def found(self, places: Sequence[int]) -> tuple[float, float]:
        """Return the share of faces with some labels that are named right when taught.

        Also return the share that is right among those that are called so; NaN if none is.
        """
        shown, called = np.isin(self.targets, places), np.isin(self.after, places)
        right = self.after == self.targets
        return (
            float(right[shown].mean()) if shown.any() else np.nan,
            float(right[called].mean()) if called.any() else np.nan,
        )


def pick(people: People, rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    """Return `count` random faces of each label among the faces in `rows`."""
    targets = people.faces.targets[rows]
    return np.concatenate([
        rng.permutation(rows[targets == label])[:count] for label in np.unique(targets)
    ])  # fmt: skip


def teach(people: People, rows: Rows, labels: tuple[str, ...], model: Contract) -> Lesson:
    """Return what is learnt from some faces. labels: the head's."""
    return learn(people.faces.only(rows).relabelled(labels), model)


def ask(lesson: Lesson, faces: TaughtFaces, model: Contract) -> Answers:
    """Return the answers about faces; where the lesson changes nothing they are the model's own.

    Faces with labels that the head does not have are left out.
    """
    asked = faces.relabelled(lesson.head.labels)
    before = own_logits(asked.seen_together().logits, model, asked.labels)[:, 0].argmax(axis=1)
    if not lesson.better:
        return Answers(asked.targets, before, before)
    seen = asked.seen_together()
    outputs = Outputs(seen.logits[:, 0], seen.features[:, 0])
    return Answers(asked.targets, before, lesson.head.logits(outputs, model).argmax(axis=1))


def over_draws(values: Values) -> tuple[float, float]:
    """Return the mean of random draws, and half of its 95 % interval by Student's t."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(t.ppf(0.975, len(values) - 1) * error)


def over_people(values: Values) -> tuple[float, float, float]:
    """Return the mean over people, and its 95 % interval by a bootstrap over people."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def interval(figures: tuple[float, float, float]) -> str:
    """Return a mean and its interval in points: "+1.3 (+0.2 to +2.4)"."""
    mean, low, high = (100 * figure for figure in figures)
    return f"{mean:+.1f} ({low:+.1f} to {high:+.1f})"
