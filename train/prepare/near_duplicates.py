"""Near-duplicates between the splits: pictures that a model knows from training when it is tested.

A copy may be scaled, compressed again, brightened, mirrored, and cut by up to a tenth. Another
picture of the same person is no copy. Three steps, each slower and surer than the one before:

1. An average hash (N. Krawetz, *Looks Like It*, 2011) that differs in at most `HAMMING` of its 64
   bits. Of the ImageHash library's hashes it bears cuts best.
2. Correlation with the other's core, the middle `CORE` of it, at some scales and places.
3. The best of these places, refined, where no part of the two may differ: a smile changes little of
   the whole and much of the mouth.

The limits miss rather than accuse. Of copies, brightened, compressed and cut by 8 %, they find 95 %
of 300 FER+ faces, all of 57 photographs and 59 of 60 drawn faces; and nothing among 1,445 drawn
faces held against 2,109 of other people.
"""

import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import ImageError, find_images, read_image
from emotion_edge.util.atomic_write import staged_write
from train.prepare.group_split import SPLITS

LEAKS = "leaks.csv"
SMALL = 64  # pixels of the side to which pictures are reduced
CORE = 0.8
HAMMING = 15
ALIKE, SURE = 0.85, 0.95  # correlation that is worth the third step, and that passes it
UNLIKE = 0.12  # mean square of the difference in a part, where the picture's variance is 1
PLACES = tuple(product((0.9, 0.95, 1.0, 1.05, 1.1), (-0.04, 0.0, 0.04), (-0.04, 0.0, 0.04)))
"""Scale, shift to the right and shift down, over the picture's side."""
WHOLE = [(1.0, 0.0, 0.0)]
WAYS = np.array(list(product((-1, 0, 1), repeat=3)))
MOST = 5  # candidates that get to the third step
Place = tuple[float, float, float]
Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Picture(NamedTuple):
    """A picture of a split. small: (64, 64) uint8 grey. bits: (8, 8) float32, -1 or 1."""

    split: str
    label: str
    path: Path
    small: Grey
    bits: Floats


class Leak(NamedTuple):
    """A picture and its near-copy in a split that was trained on, or chosen by."""

    split: str
    picture: str
    label: str
    copy: str
    copy_label: str
    mirrored: bool
    correlation: float


def check(data: Path) -> list[Leak]:
    """Find near-duplicates in a data set, list them in DATA/leaks.csv and say what they mean.

    Pictures that cannot be read are named on stderr and left out.
    """
    pictures = _load(data)
    leaks = []
    for i, split in enumerate(SPLITS[1:], 1):
        held = [picture for picture in pictures if picture.split == split]
        known = [picture for picture in pictures if picture.split in SPLITS[:i]]
        if held and known:
            found = list(find_leaks(held, known, data))
            others = " or ".join(dict.fromkeys(picture.split for picture in known))
            print(describe(found, split, len(held), others))
            leaks += found
    if leaks:
        print(f"They are listed in {data / LEAKS}: remove those of its column `picture`.")
    _write(data, leaks)
    return leaks


def known_copies(data: Path) -> set[Path] | None:
    """Return the pictures that `check` listed, None where it was not made; raises UserError."""
    path = data / LEAKS
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            rows = csv.DictReader(file)
            if list(rows.fieldnames or ()) != list(Leak._fields):
                raise UserError(f"{path}: not a list of near-duplicates: make it with --check")
            return {data / row["picture"] for row in rows}
    except FileNotFoundError:
        return None
    except (OSError, TypeError, csv.Error) as error:  # TypeError: a row cut short
        raise UserError(f"{path}: cannot read it: {error!r}") from None


def describe(leaks: list[Leak], split: str, count: int, known: str) -> str:
    """Say how many of a split's `count` pictures have a copy, and how much that may flatter."""
    if not leaks:
        return f"{split}: none of {count} pictures has a near-duplicate in {known}"
    same = sum(leak.label == leak.copy_label for leak in leaks)
    told = (
        f"{split}: {len(leaks)} of {count} pictures ({100 * len(leaks) / count:.1f} %) have a "
        f"near-duplicate in {known}, {same} with the same label"
    )
    if not same:
        return told
    rest = max(0.0, 0.8 * count - same) / max(1, count - same)
    return f"{told}. A result of 80 % could be {100 * rest:.1f} % without those {same}"


def find_leaks(held: list[Picture], known: list[Picture], data: Path) -> Iterator[Leak]:
    """Yield for each held picture that has a near-duplicate among the known ones the likeliest."""
    bits = np.stack([picture.bits.ravel() for picture in known])
    cores = np.concatenate([_windows(picture.small, 16, WHOLE) for picture in known])
    for picture in tqdm(held, f"comparing {held[0].split}", unit=" images", disable=None):
        candidates = [
            (*found, mirrored)
            for mirrored in (False, True)
            for found in _alike(_turn(picture, mirrored), bits, cores)
        ]
        for _, index, place, mirrored in sorted(candidates, reverse=True)[:MOST]:
            copy = known[index]
            if correlation := compare(_turn(picture, mirrored).small, copy.small, place):
                yield Leak(
                    picture.split,
                    str(picture.path.relative_to(data)),
                    picture.label,
                    str(copy.path.relative_to(data)),
                    copy.label,
                    mirrored,
                    round(correlation, 3),
                )
                break


def _turn(picture: Picture, mirrored: bool) -> Picture:
    if not mirrored:
        return picture
    return picture._replace(small=picture.small[:, ::-1], bits=picture.bits[:, ::-1])


def _alike(picture: Picture, bits: Floats, cores: Floats) -> Iterator[tuple[float, int, Place]]:
    """Yield which of the cores this picture may hold: correlation, which, and where in it."""
    near = np.flatnonzero(bits @ picture.bits.ravel() >= 64 - 2 * HAMMING)
    if len(near):
        windows = _windows(picture.small, 16, PLACES).reshape(len(PLACES), -1)
        match = cores[near].reshape(len(near), -1) @ windows.T / 16**2
        for row in np.flatnonzero(match.max(axis=1) >= ALIKE):
            yield float(match[row].max()), int(near[row]), PLACES[match[row].argmax()]


def compare(small: Grey, other: Grey, place: Place) -> float:
    """Return the correlation of the other's core with this picture at about `place`.

    0 where it is below `SURE`, or where a part of the two is unlike. Both are (64, 64) uint8.
    """
    core = _windows(other, 32, WHOLE)[0]
    for step in (0.02, 0.01, 0.005):
        near = np.array(place) + step * WAYS
        windows = _windows(small, 32, near.tolist())
        matches = (windows * core).mean(axis=(1, 2))
        place, window = near[matches.argmax()], windows[matches.argmax()]
    correlation = float(matches.max())
    parts = ((window - correlation * core) ** 2).reshape(4, 8, 4, 8).mean(axis=(1, 3))
    return correlation if correlation >= SURE and parts.max() <= UNLIKE else 0.0


def _windows(small: Grey, side: int, places: Sequence[Sequence[float]]) -> Floats:
    """Return (places, side, side) windows of the core's size times scale, of mean 0, variance 1."""
    image, windows = Image.fromarray(small), []
    for scale, *shift in places:
        length = CORE * scale * SMALL
        left, top = (min(max((0.5 + by) * SMALL - length / 2, 0), SMALL - length) for by in shift)
        box = (left, top, left + length, top + length)
        windows.append(np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, box)))
    result = np.array(windows, np.float32)
    result -= result.mean(axis=(1, 2), keepdims=True)
    return np.asarray(result / result.std(axis=(1, 2), keepdims=True).clip(1e-6))


def _load(data: Path) -> list[Picture]:
    paths = [(split, path) for split in SPLITS for path in find_images(data / split)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        read = pool.map(lambda task: _read(data, *task), paths)
        bar = tqdm(read, "reading for the leak check", len(paths), unit=" images", disable=None)
        return [picture for picture in bar if picture]


def _read(data: Path, split: str, path: Path) -> Picture | None:
    try:
        image = Image.fromarray(read_image(path)).convert("L")
    except ImageError as error:
        print(f"left out {path}: {error}", file=sys.stderr)
        return None
    small = image.resize((SMALL, SMALL), Image.Resampling.BILINEAR)
    bits = np.where(imagehash.average_hash(small).hash, 1, -1).astype(np.float32)
    label = path.relative_to(data / split).parts[0]
    return Picture(split, label, path, np.asarray(small), bits)


def _write(data: Path, leaks: list[Leak]) -> None:
    """Write DATA/leaks.csv, unless it says so already: `make` trains again where data changed."""
    text = io.StringIO(newline="")
    rows: list[Any] = [Leak._fields, *leaks]
    csv.writer(text, lineterminator="\n").writerows(rows)
    content = text.getvalue().encode("utf-8", "surrogateescape")
    path = data / LEAKS
    if not path.exists() or path.read_bytes() != content:
        with staged_write(data) as stage:
            (stage / LEAKS).write_bytes(content)
