"""FER2013 and the votes of FER+, in the csv formats in which they are handed about.

FER2013: I. Goodfellow et al., *Challenges in Representation Learning* (2013), arXiv:1307.0414;
`fer2013.csv` has the columns emotion, pixels and Usage. FER+: E. Barsoum et al., *Training Deep
Networks for Facial Expression Recognition with Crowd-Sourced Label Distribution* (2016),
arXiv:1608.01041; `fer2013new.csv` has, in the same order, what ten people said of each picture.

The pictures are faces already, but tilted and of all sizes. So they are cut anew, by the same rule
as every other face.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from edge.crop import DEFAULT_RULE, cut_face
from edge.errors import UserError
from edge.face import Box, Face
from edge.faces import FaceFinder
from train.ledger import WRITTEN, Ledger, Row

SIDE = 48
# The faces fill their pictures, and the finder wants some room about one.
_ENLARGED, _ROOM = 4, 12
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


def prepare_fer(
    fer2013: Path, ferplus: Path | None, ledger: Ledger, finder: FaceFinder
) -> Counter[str]:
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
            ledger.add(row, cut(pixels, finder) if row.picture else None)
        outcomes[row.outcome] += 1
    return outcomes


def make_finder(model: Path | None) -> FaceFinder:
    """Return a finder for pictures of which it is known that they are faces, and fill them.

    With it 398 of 400 of FER+'s are found, and 386 with 0.68.
    """
    return FaceFinder(model, threshold=0.55, min_face=20 * _ENLARGED)


def cut(pixels: npt.NDArray[np.uint8], finder: FaceFinder) -> npt.NDArray[np.uint8]:
    """Return (side, side) uint8 grey, the face cut by the rule; where none is found, all of it."""
    side = SIDE * _ENLARGED
    enlarged = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    shown = np.pad(np.asarray(enlarged), _ROOM * _ENLARGED)
    faces = finder.find(np.repeat(shown[..., np.newaxis], 3, axis=2))
    if not faces:
        return pixels
    box, eyes = (np.array(values) / _ENLARGED for values in (faces[0].box, faces[0].eyes))
    x, y, width = map(float, box - (_ROOM, _ROOM, 0))
    left_x, left_y, right_x, right_y = map(float, eyes - _ROOM)
    face = Face(Box(x, y, width), faces[0].score, (left_x, left_y, right_x, right_y))
    return cut_face(np.repeat(pixels[..., np.newaxis], 3, axis=2), face, DEFAULT_RULE)[..., 0]


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
