"""Compare labels over time with the truth: their stability, their delay and their accuracy.

The truth is a table of key frames, `seconds,person,label,x,y`. From that second on the person shows
the label. The middle of the face is at pixel x, y, interpolated up to the person's next row.
"""

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from emotion_edge.errors import UserError
from emotion_edge.model.contract import NO_FACE, UNKNOWN
from emotion_edge.util.tables import read_table

MAX_PEOPLE = 100  # each has a moment for every frame


@dataclass(frozen=True)
class Key:
    """A row of the truth. x, y: in pixels; NaN if not given."""

    seconds: float
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Moment:
    """One frame of one person: the true label and the one that was reported."""

    seconds: float
    truth: str
    label: str


@dataclass(frozen=True)
class Figures:
    """Measured over all people.

    flips: changes of the label without a change of the truth. minutes: the time that somebody was
    in view. delays: seconds from each change of the truth until it was reported. missed: changes
    that were never reported. right, unknown: shares of the time that somebody was in view, 0..1.
    """

    flips: int
    minutes: float
    delays: tuple[float, ...]
    missed: int
    right: float
    unknown: float


def read_truth(path: Path, labels: Sequence[str]) -> dict[str, list[Key]]:
    """Return each person's key frames; raises UserError if the table cannot be used."""
    people: dict[str, list[Key]] = {}
    for row in read_table(path, ("seconds", "label")):
        label = row.text("label")
        if label not in (*labels, NO_FACE):
            known = ", ".join((*labels, NO_FACE))
            raise UserError(f"{row.place}: label {label[:40]!r} is none of {known}")
        x, y = (row.number(axis) if row.text(axis) else float("nan") for axis in ("x", "y"))
        key = Key(row.number("seconds"), label, x, y)
        keys = people.setdefault(row.text("person"), [])
        if keys and key.seconds <= keys[-1].seconds:
            raise UserError(f"{row.place}: not later than this person's row before")
        keys.append(key)
        if len(people) > MAX_PEOPLE:
            raise UserError(f"{row.place}: more than {MAX_PEOPLE} people")
    return people


def is_in_view(keys: list[Key], times: Sequence[float]) -> bool:
    """Return whether a person is in view at one of these times, which increase."""
    ends = [*(key.seconds for key in keys[1:]), float("inf")]
    return any(
        bisect_left(times, key.seconds) < bisect_left(times, end)
        for key, end in zip(keys, ends, strict=True)
        if key.label != NO_FACE
    )


def true_label(keys: list[Key], seconds: float) -> str:
    """Return a person's label at a time; no_face before the first row."""
    rows = _rows_until(keys, seconds)
    return keys[rows - 1].label if rows else NO_FACE


def _rows_until(keys: list[Key], seconds: float) -> int:
    return bisect_right(keys, seconds, key=lambda key: key.seconds)


def placed(keys: list[Key]) -> list[Key]:
    """Return the rows of a person that give the face's place."""
    return [key for key in keys if not math.isnan(key.x + key.y)]


def true_place(keys: list[Key], seconds: float) -> tuple[float, float]:
    """Return the middle of a person's face in pixels, of the `placed` rows; NaN without any."""
    rows = _rows_until(keys, seconds)
    near = keys[max(0, rows - 1) : rows + 1]
    if not near:
        return float("nan"), float("nan")
    times = [key.seconds for key in near]
    x, y = (float(np.interp(seconds, times, [getattr(key, axis) for key in near])) for axis in "xy")
    return x, y


def measure(people: Sequence[Sequence[Moment]]) -> Figures:
    """Return the figures over all people's moments, each person's in order of time."""
    changes = [change for moments in people for change in _changes(moments)]
    flips = sum(flips for flips, _ in changes)
    delays = [delay for _, delay in changes if delay is not None]
    present = [
        (moment, seconds)
        for moments in people
        for moment, seconds in zip(moments, _durations(moments), strict=True)
        if moment.truth != NO_FACE
    ]
    total = sum(seconds for _, seconds in present) or float("nan")
    return Figures(
        flips=flips,
        minutes=total / 60,
        delays=tuple(delay for delay in delays if math.isfinite(delay)),
        missed=sum(not math.isfinite(delay) for delay in delays),
        right=sum(seconds for m, seconds in present if m.label == m.truth) / total,
        unknown=sum(seconds for m, seconds in present if m.label == UNKNOWN) / total,
    )


def _changes(moments: Sequence[Moment]) -> Iterator[tuple[int, float | None]]:
    """Yield for each stretch of the same truth its flips, and the delay until it was reported.

    The delay is None if the truth did not change, infinite if the change was never reported.
    """
    before = moments[0]
    for _, group in groupby(moments, key=lambda moment: moment.truth):
        part = list(group)
        delay = None
        if part[0].truth != before.truth:
            reported = next((m.seconds for m in part if m.label == m.truth), float("inf"))
            delay = reported - part[0].seconds
        yield _flips(before.label, part), delay
        before = part[-1]


def _flips(before: str, part: list[Moment]) -> int:
    """Count the changes of the label while the truth stays, except the one that leads to it."""
    labels = [before, *(moment.label for moment in part)]
    changes = sum(one != other for one, other in pairwise(labels))
    return max(0, changes - (before != part[0].truth))


def _durations(moments: Sequence[Moment]) -> list[float]:
    """Return how long each moment lasts: until the next one; the last one as long as usual."""
    gaps = [after.seconds - now.seconds for now, after in pairwise(moments)]
    return [*gaps, statistics.median(gaps) if gaps else 0.0]
