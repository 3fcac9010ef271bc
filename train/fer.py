"""FER2013 and the votes of FER+, in the csv formats in which they are handed about.

FER2013: I. Goodfellow et al., *Challenges in Representation Learning* (2013), arXiv:1307.0414;
`fer2013.csv` has the columns emotion, pixels and Usage. FER+: E. Barsoum et al., *Training Deep
Networks for Facial Expression Recognition with Crowd-Sourced Label Distribution* (2016),
arXiv:1608.01041; `fer2013new.csv` has, in the same order, what ten people said of each picture.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from edge.errors import UserError
from train.ledger import WRITTEN, Ledger, Row

RULE: Mapping[str, float] = {"face_margin": 1.2, "face_rise": 0.1}
"""What the pictures are over the boxes that the face finder sees in them: medians of 599."""
SIDE = 48
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
USAGES = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
VOTES = {
    "neutral": "neutral",
    "happiness": "happy",
    "surprise": "surprise",
    "sadness": "sad",
    "anger": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "contempt": "contempt",
    "unknown": "unknown",
    "NF": "not a face",
}
"""FER+'s columns, and what we call them; only the first seven become pictures."""
TIE, NO_NAME = "tie", "no image name"


def prepare_fer(fer2013: Path, ferplus: Path | None, ledger: Ledger) -> Counter[str]:
    """Write FER2013's pictures into the splits that it gives them, by its own labels or FER+'s.

    Returns how many rows came to which outcome. Raises UserError for files that are not what they
    should be, and where a former run labelled the pictures otherwise.
    """
    count = sum(1 for _ in _rows(fer2013, ("emotion", "pixels", "Usage")))
    votes = read_ferplus(ferplus) if ferplus else [None] * count
    if len(votes) != count:
        raise UserError(f"{ferplus}: has {len(votes)} rows, but {fer2013} has {count}")
    outcomes: Counter[str] = Counter()
    rows = tqdm(_read_fer2013(fer2013), "writing faces", count, unit=" images", disable=None)
    for number, ((where, split, label, pixels), vote) in enumerate(zip(rows, votes, strict=True)):
        if vote and vote[0] != split:
            raise UserError(f"{where}: Usage differs from the same row of {ferplus}")
        name, outcome = f"fer{number:07d}", vote[1] if vote else label
        row = Row(name, where, "", outcome)
        if outcome in EMOTIONS:
            row = row._replace(outcome=WRITTEN, picture=f"{split}/{outcome}/{name}.png")
        known = ledger.rows.get(name, row)
        if known.picture != row.picture:
            raise UserError(
                f"{where}: a former run made {known.picture or known.outcome} of it, this one "
                f"would make {row.picture or row.outcome}: choose another --to"
            )
        if name not in ledger.rows:
            ledger.add(row, pixels if row.picture else None)
        outcomes[row.outcome] += 1
    return outcomes


def _read_fer2013(path: Path) -> Iterator[tuple[str, str, str, npt.NDArray[np.uint8]]]:
    """Yield of each row where it is, its split, its label and (48, 48) uint8 grey."""
    for where, (emotion, text, usage) in _rows(path, ("emotion", "pixels", "Usage")):
        if emotion not in map(str, range(len(EMOTIONS))):
            raise UserError(f"{where}: emotion is {emotion!r}, not 0 to {len(EMOTIONS) - 1}")
        try:
            pixels = np.frombuffer(bytes(map(int, text.split())), np.uint8).reshape(SIDE, SIDE)
        except ValueError:
            raise UserError(f"{where}: pixels are not {SIDE * SIDE} numbers of 0..255") from None
        yield where, _split(where, usage), EMOTIONS[int(emotion)], pixels


def read_ferplus(path: Path) -> list[tuple[str, str]]:
    """Return of each row of fer2013new.csv its split and its label, or why it has none."""
    result = []
    for where, (usage, name, *votes) in _rows(path, ("Usage", "Image name", *VOTES)):
        if not all(vote.isdecimal() for vote in votes):
            raise UserError(f"{where}: votes are not whole numbers")
        label = majority(list(map(int, votes))) if name.strip() else NO_NAME
        result.append((_split(where, usage), label))
    return result


def majority(votes: list[int]) -> str:
    """Return what more people said than anything else, in the order of `VOTES`, or "tie"."""
    return list(VOTES.values())[votes.index(max(votes))] if votes.count(max(votes)) == 1 else TIE


def _split(where: str, usage: str) -> str:
    if usage not in USAGES:
        raise UserError(f"{where}: Usage is {usage!r}, not {', '.join(USAGES)}")
    return USAGES[usage]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield of each row of a csv where it is, for messages, and the columns asked for."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = [name.strip() for name in file.readline(1000).split(",")]
            if missing := [name for name in columns if name not in header]:
                raise UserError(f"{path}: the first line names no column {', '.join(missing)}")
            places = [header.index(name) for name in columns]
            for number, row in enumerate(csv.reader(file, skipinitialspace=True), 2):
                if row and len(row) != len(header):
                    raise UserError(f"{path}, line {number}: {len(row)} columns, not {len(header)}")
                if row:
                    yield f"{path}, line {number}", [row[place] for place in places]
    except (OSError, csv.Error) as error:
        raise UserError(f"{path}: cannot read it: {error}") from None
