"""FER2013 and the votes of FER+, in the forms in which they are handed about: csv, and one .npz.

FER2013: I. Goodfellow et al., *Challenges in Representation Learning* (2013), arXiv:1307.0414;
`fer2013.csv` has the columns emotion, pixels and Usage. FER+: E. Barsoum et al., *Training Deep
Networks for Facial Expression Recognition with Crowd-Sourced Label Distribution* (2016),
arXiv:1608.01041; `fer2013new.csv` has, in the same order, what ten people said of each picture.
The .npz has the arrays images (N, 48, 48) uint8, votes (N, 10) in the order of `VOTES`, split (N,)
and maybe name (N,).

The pictures are faces already, but tilted and of all sizes. So they are cut anew, by the same rule
as every other face.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box, Face
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from emotion_edge.model.model_file import UNREADABLE_ZIP
from train.data.soft_labels import write_votes
from train.prepare.group_split import SPLITS
from train.prepare.manifest import WRITTEN, Ledger, Row

Pixels = npt.NDArray[np.uint8]
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


class Picture(NamedTuple):
    """A picture of FER2013: its name here, where it is from, its split, label and pixels.

    label: one of EMOTIONS, or why it has none. votes: what people said, in the order of `VOTES`.
    """

    name: str
    where: str
    split: str
    label: str
    pixels: Pixels
    votes: list[int] | None = None


def prepare_fer(
    pictures: Iterable[Picture], count: int, ledger: Ledger, finder: FaceDetector
) -> Counter[str]:
    """Write pictures into the splits that they have, and the votes there are into votes.csv.

    Returns how many came to which outcome. Raises UserError where the pictures are not what they
    should be, and where a former run labelled them otherwise.
    """
    outcomes: Counter[str] = Counter()
    votes: dict[str, list[int]] = {}
    for picture in tqdm(pictures, "writing faces", count, unit=" images", disable=None):
        row = Row(picture.name, picture.where, "", picture.label)
        if picture.label in EMOTIONS:
            path = f"{picture.split}/{picture.label}/{picture.name}.png"
            row = row._replace(outcome=WRITTEN, picture=path)
        known = ledger.rows.get(picture.name, row)
        if known.picture != row.picture:
            raise UserError(
                f"{picture.where}: a former run made {known.picture or known.outcome} of it, this "
                f"one would make {row.picture or row.outcome}: choose another --to"
            )
        if picture.name not in ledger.rows:
            ledger.add(row, cut(picture.pixels, finder) if row.picture else None)
        if row.picture and picture.votes:
            votes[row.picture] = _by_label(picture.votes)
        outcomes[row.outcome] += 1
    if votes:
        write_votes(ledger.data, sorted(EMOTIONS), votes)
    return outcomes


def _by_label(votes: list[int]) -> list[int]:
    """Return the votes for each of the sorted EMOTIONS, and for all else."""
    said = dict(zip(VOTES.values(), votes, strict=True))
    named = [said[label] for label in sorted(EMOTIONS)]
    return [*named, sum(votes) - sum(named)]


def read_csv(fer2013: Path, ferplus: Path | None) -> tuple[Iterator[Picture], int]:
    """Return the pictures of fer2013.csv, labelled by itself or by FER+, and their number."""
    count = sum(1 for _ in _rows(fer2013, ("emotion", "pixels", "Usage")))
    votes = read_ferplus(ferplus) if ferplus else None
    if votes and len(votes) != count:
        raise UserError(f"{ferplus}: has {len(votes)} rows, but {fer2013} has {count}")
    return _join(fer2013, ferplus, votes), count


def _join(
    fer2013: Path, ferplus: Path | None, votes: list[tuple[str, str, list[int]]] | None
) -> Iterator[Picture]:
    for number, (where, split, label, pixels) in enumerate(_read_fer2013(fer2013)):
        picture = Picture(f"fer{number:07d}", where, split, label, pixels)
        if votes:
            other, voted, counts = votes[number]
            if other != split:
                raise UserError(f"{where}: Usage differs from the same row of {ferplus}")
            picture = picture._replace(label=voted, votes=counts)
        yield picture


def read_npz(path: Path) -> tuple[Iterator[Picture], int]:
    """Return the pictures of an .npz, and their number. Raises UserError for any other file."""
    try:
        with np.load(path) as archive:
            images, votes, splits = (archive[name] for name in ("images", "votes", "split"))
            count = len(images)
            names = archive["name"] if "name" in archive else np.arange(count)
    # A .npy by another name is an array, which is no archive: TypeError.
    except (*UNREADABLE_ZIP, TypeError) as error:
        raise UserError(f"{path}: cannot read it: {error}") from None
    shapes = (count, SIDE, SIDE), (count, len(VOTES)), (count,), (count,)
    found = images.shape, votes.shape, splits.shape, names.shape
    if found != shapes or images.dtype != np.uint8:
        raise UserError(
            f"{path}: images, votes, split and name are {images.dtype} {found}, not uint8 {shapes}"
        )
    if votes.dtype.kind not in "iu" or (votes < 0).any():
        raise UserError(f"{path}: votes are {votes.dtype}, not numbers of people, 0 or more")
    if unknown := set(splits.tolist()) - set(SPLITS):
        raise UserError(f"{path}: a split is {min(unknown)!r}, not {', '.join(SPLITS)}")
    numbers = [int(name) if str(name).isdecimal() else i for i, name in enumerate(names)]
    if len(set(numbers)) < count:
        raise UserError(f"{path}: several pictures of one name")
    rows = zip(numbers, splits.tolist(), images, votes.tolist(), strict=True)
    return (
        Picture(f"fer{n:07d}", f"{path}, {n}", split, majority(said), pixels, said)
        for n, split, pixels, said in rows
    ), count


def make_finder(model: Path | None) -> FaceDetector:
    """Return a finder for pictures of which it is known that they are faces, and fill them.

    With it 398 of 400 of FER+'s are found, and 386 with 0.68.
    """
    return FaceDetector(model, threshold=0.55, min_face=20 * _ENLARGED)


def cut(pixels: Pixels, finder: FaceDetector) -> Pixels:
    """Return (side, side) uint8 grey, the face cut by the rule; where none is found, all of it."""
    side = SIDE * _ENLARGED
    enlarged = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    shown = np.pad(np.asarray(enlarged), _ROOM * _ENLARGED)
    faces = finder.detect(np.repeat(shown[..., np.newaxis], 3, axis=2))
    if not faces:
        return pixels
    box, eyes = (np.array(values) / _ENLARGED for values in (faces[0].box, faces[0].eyes))
    x, y, width = map(float, box - (_ROOM, _ROOM, 0))
    left_x, left_y, right_x, right_y = map(float, eyes - _ROOM)
    face = Face(Box(x, y, width), faces[0].score, (left_x, left_y, right_x, right_y))
    return crop_face(np.repeat(pixels[..., np.newaxis], 3, axis=2), face, DEFAULT_CROP_RULE)[..., 0]


def _read_fer2013(path: Path) -> Iterator[tuple[str, str, str, Pixels]]:
    """Yield of each row where it is, its split, its label and (48, 48) uint8 grey."""
    for where, (emotion, text, usage) in _rows(path, ("emotion", "pixels", "Usage")):
        if emotion not in map(str, range(len(EMOTIONS))):
            raise UserError(f"{where}: emotion is {emotion!r}, not 0 to {len(EMOTIONS) - 1}")
        try:
            pixels = np.frombuffer(bytes(map(int, text.split())), np.uint8).reshape(SIDE, SIDE)
        except ValueError:
            raise UserError(f"{where}: pixels are not {SIDE * SIDE} numbers of 0..255") from None
        yield where, _split(where, usage), EMOTIONS[int(emotion)], pixels


def read_ferplus(path: Path) -> list[tuple[str, str, list[int]]]:
    """Return of each row of fer2013new.csv its split, its label or why it has none, its votes."""
    result = []
    for where, (usage, name, *votes) in _rows(path, ("Usage", "Image name", *VOTES)):
        if not all(vote.isdecimal() for vote in votes):
            raise UserError(f"{where}: votes are not whole numbers")
        counts = list(map(int, votes))
        label = majority(counts) if name.strip() else NO_NAME
        result.append((_split(where, usage), label, counts))
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
