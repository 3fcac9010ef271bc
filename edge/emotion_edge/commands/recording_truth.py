"""How good labels over time are: what was said, held against what was to be seen.

The truth is a table of key frames, `seconds,person,label,x,y`: from that second on the person
shows the label, and the face's middle is at pixel x, y, interpolated up to the person's next row.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from emotion_edge.capture.recording import parse_number, read_table
from emotion_edge.errors import UserError
from emotion_edge.model.contract import NO_FACE, UNKNOWN


@dataclass(frozen=True)
class Key:
    """A row of the truth; x, y: NaN where it does not say."""

    seconds: float
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Moment:
    """One frame of one person: what was to be seen and what was said."""

    seconds: float
    truth: str
    said: str


@dataclass(frozen=True)
class Figures:
    """flips: changes of the label that the truth did not ask for. minutes: that somebody was there.

    delays: seconds from each change of the truth to when it was said. missed: changes that never
    were. right, unknown: shares of the time that somebody was there.
    """

    flips: int
    minutes: float
    delays: tuple[float, ...]
    missed: int
    right: float
    unknown: float


def read_truth(path: Path, labels: Sequence[str]) -> dict[str, list[Key]]:
    """Return each person's key frames; raises UserError for a table that is not one."""
    people: dict[str, list[Key]] = {}
    for i, row in enumerate(read_table(path, ("seconds", "label"))):
        if row["label"] not in (*labels, NO_FACE):
            known = ", ".join((*labels, NO_FACE))
            raise UserError(f"{path}, line {i + 2}: label {row['label']!r} is none of {known}")
        x, y = (
            parse_number(path, i, row[axis]) if row.get(axis) else float("nan")
            for axis in ("x", "y")
        )
        key = Key(parse_number(path, i, row["seconds"]), row["label"], x, y)
        keys = people.setdefault(row.get("person", ""), [])
        if keys and key.seconds <= keys[-1].seconds:
            raise UserError(f"{path}, line {i + 2}: not later than this person's row before")
        keys.append(key)
    return people


def true_label(keys: list[Key], seconds: float) -> str:
    """Return what a person shows at a time; no_face before the first row."""
    before = [key for key in keys if key.seconds <= seconds]
    return before[-1].label if before else NO_FACE


def true_place(keys: list[Key], seconds: float) -> tuple[float, float]:
    """Return where the middle of a person's face is, in pixels; NaN where the truth is silent."""
    there = [key for key in keys if not np.isnan(key.x + key.y)]
    if not there:
        return float("nan"), float("nan")
    times = [key.seconds for key in there]
    x, y = (
        float(np.interp(seconds, times, [getattr(key, axis) for key in there])) for axis in "xy"
    )
    return x, y


def measure(people: Sequence[Sequence[Moment]]) -> Figures:
    """Return the figures over all people's moments, each person's in the order of time."""
    flips, missed, delays = 0, 0, list[float]()
    for moments in people:
        before = moments[0]
        for _, group in groupby(moments, key=lambda moment: moment.truth):
            part = list(group)
            flips += _flips(before.said, part)
            if part[0].truth != before.truth:
                noticed = next((m.seconds for m in part if m.said == m.truth), None)
                missed += noticed is None
                delays += [] if noticed is None else [noticed - part[0].seconds]
            before = part[-1]
    there = [
        (moment, seconds)
        for moments in people
        for moment, seconds in zip(moments, _durations(moments), strict=True)
        if moment.truth != NO_FACE
    ]
    total = sum(seconds for _, seconds in there) or float("nan")
    return Figures(
        flips=flips,
        minutes=total / 60,
        delays=tuple(delays),
        missed=missed,
        right=sum(seconds for m, seconds in there if m.said == m.truth) / total,
        unknown=sum(seconds for m, seconds in there if m.said == UNKNOWN) / total,
    )


def _flips(before: str, part: list[Moment]) -> int:
    """Count the changes of the label while the truth stays, less the one that leads to it."""
    said = [before, *(moment.said for moment in part)]
    changes = sum(one != other for one, other in pairwise(said))
    return max(0, changes - (before != part[0].truth))


def _durations(moments: Sequence[Moment]) -> list[float]:
    """Return for how long each moment holds: to the next one, the last as long as usual."""
    gaps = [after.seconds - now.seconds for now, after in pairwise(moments)]
    return [*gaps, statistics.median(gaps) if gaps else 0.0]
