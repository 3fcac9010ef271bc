"""What a lesson has taught, in words."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from emotion_edge.model.contract import Contract
from emotion_edge.teaching.cross_validation import MOST, Held
from emotion_edge.teaching.faces import TaughtFaces
from emotion_edge.teaching.lesson import Lesson, rights

_WIDTH = 12  # of a label's column, at least
Answers = npt.NDArray[np.int64]  # the place of the label that each face is called


def describe(lesson: Lesson, faces: TaughtFaces, model: Contract) -> Iterator[str]:
    """Yield lines: how many faces were taught, and what the head says of those held out."""
    counts = faces.counts()
    taught = ", ".join(f"{counts[k]} {label}" for k, label in enumerate(faces.labels) if counts[k])
    bursts = len(np.unique(faces.bursts))
    grouped = f" in {bursts} bursts" if bursts < len(faces) else ""
    yield f"Taught {len(faces)} faces{grouped}: {taught}"
    new = [label for label in faces.labels if label not in model.labels]
    without = [label for label in faces.labels if label not in faces.with_faces()]
    if new and without:
        yield (
            f"No faces of {', '.join(without)} were taught, so these may now be taken for "
            f"{' or '.join(new)}. Add some, or leave these out by --only."
        )
    if lesson.held is None:
        yield (
            "What was learnt could not be checked, because no label has pictures of two "
            "occasions. Take some on another occasion, and teach all together."
        )
        return
    yield from _table(lesson.held, model)
    yield from _worse(lesson.held, model)
    yield from _weak(lesson.held, new)
    held = set(lesson.held.faces.targets.tolist())
    single = [label for k, label in enumerate(faces.labels) if counts[k] and k not in held]
    if single:
        yield f"Not checked, because their pictures are of one occasion: {', '.join(single)}"


def _worse(held: Held, model: Contract) -> Iterator[str]:
    """Name labels of which fewer faces are named right than by the model itself."""
    before, after = rights(held, model)
    change = _shares(after, held) - _shares(before, held)
    if worse := [label for label, more in zip(held.faces.labels, change, strict=True) if more < 0]:
        yield f"Named right less often than by the model as it is: {', '.join(worse)}"


def _weak(held: Held, new: Sequence[str]) -> Iterator[str]:
    """Name labels of the user's own of which fewer than half of the faces are found."""
    shares = _shares(held.after.argmax(axis=1) == held.faces.targets, held)
    found = dict(zip(held.faces.labels, shares, strict=True))
    if weak := [label for label in new if found[label] < MOST]:
        yield (
            f"Mostly not found: {', '.join(weak)}. Show it more clearly, teach more faces of it, "
            "or leave it out."
        )


def _shares(right: npt.NDArray[np.bool_], held: Held) -> npt.NDArray[np.float64]:
    """Return the share of each label's faces that are right, (labels,); NaN without a face."""
    counts = held.faces.counts()
    with np.errstate(invalid="ignore"):
        return np.bincount(held.faces.targets, right, len(counts)) / counts


def _table(held: Held, model: Contract) -> Iterator[str]:
    labels, targets = held.faces.labels, held.faces.targets
    were_right, are_right = rights(held, model)
    after = held.after.argmax(axis=1)
    width = max(_WIDTH, *map(len, labels))
    yield "Named right among faces that were not taught, by the model as it is and by taught ones:"
    yield f"{'':{width}}{'faces':>8}{'as it is':>14}{'taught':>14}  taken for"
    for place in np.unique(targets):
        rows = targets == place
        was = _share(were_right[rows]) if labels[place] in model.labels else "new"
        row = f"{labels[place]:{width}}{rows.sum():8}{was:>14}{_share(are_right[rows]):>14}"
        yield f"{row}  {_mistakes(after[rows], place, labels)}".rstrip()
    yield f"{'all':{width}}{len(targets):8}{_share(were_right):>14}{_share(are_right):>14}"


def _share(right: npt.NDArray[np.bool_]) -> str:
    return f"{right.sum()} ({100 * right.mean():.0f} %)"


def _mistakes(answers: Answers, truth: int, labels: tuple[str, ...]) -> str:
    wrong = Counter(labels[each] for each in answers if each != truth)
    return ", ".join(f"{label} {n}" for label, n in wrong.most_common(3))
