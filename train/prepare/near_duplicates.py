"""Find data leaks: pictures of a split that have a near-duplicate in an earlier split.

A model knows such pictures from training, so they make its test results too good.
`train.prepare.image_matching` decides what a near-duplicate is.
"""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import (
    WORKSTATION_MEGAPIXELS,
    ImageError,
    find_images,
    read_picture,
)
from emotion_edge.imaging.picture_formats import open_file
from emotion_edge.imaging.regions import scale_region, whole
from emotion_edge.util.atomic_write import staged_write
from train.data.decoding import decoding_pool
from train.prepare.group_split import SPLITS
from train.prepare.image_matching import SMALL_SIDE, Fingerprint, MatchIndex, fingerprint

LEAKS_FILE = "leaks.csv"


class Picture(NamedTuple):
    """A picture of a data set."""

    split: str
    label: str
    path: Path
    fingerprint: Fingerprint


class Leak(NamedTuple):
    """A row of leaks.csv: a picture, and its near-duplicate in an earlier split."""

    split: str
    picture: str
    label: str
    copy: str
    copy_label: str
    mirrored: bool
    correlation: float


def check_for_leaks(data: Path) -> list[Leak]:
    """Find near-duplicates between the splits, print a summary and list them in DATA/leaks.csv.

    Unreadable pictures are named on stderr and left out.
    """
    pictures = _load(data)
    leaks = []
    for i, split in enumerate(SPLITS[1:], 1):
        held_out = [picture for picture in pictures if picture.split == split]
        known = [picture for picture in pictures if picture.split in SPLITS[:i]]
        if held_out and known:
            found = list(find_leaks(held_out, known, data))
            others = " or ".join(dict.fromkeys(picture.split for picture in known))
            print(describe_leaks(found, split, len(held_out), others))
            leaks += found
    if leaks:
        print(f"{data / LEAKS_FILE} lists them: remove the files in its column `picture`.")
    _write(data, leaks)
    return leaks


def known_copies(data: Path) -> set[Path] | None:
    """Return the pictures in DATA/leaks.csv, or None if there is no such file.

    Raises UserError if the file cannot be read.
    """
    path = data / LEAKS_FILE
    try:
        with open_file(path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
            rows = csv.DictReader(text)
            if list(rows.fieldnames or ()) != list(Leak._fields):
                raise UserError(f"{path}: not a list of near-duplicates: make it with --check")
            return {data / row["picture"] for row in rows}
    except FileNotFoundError:
        return None
    except (OSError, TypeError, csv.Error) as error:  # TypeError: a truncated row
        raise UserError(f"{path}: cannot read it: {error!r}") from None


def describe_leaks(leaks: list[Leak], split: str, count: int, known: str) -> str:
    """Return a sentence on the leaks among a split's `count` pictures, and on their effect.

    known: the earlier splits. The effect is the accuracy on the other pictures if a model is 80 %
    accurate on all, and always right on the leaks with the same label.
    """
    if not leaks:
        return f"{split}: none of {count} pictures has a near-duplicate in {known}"
    same = sum(leak.label == leak.copy_label for leak in leaks)
    summary = (
        f"{split}: {len(leaks)} of {count} pictures ({100 * len(leaks) / count:.1f} %) have a "
        f"near-duplicate in {known}, {same} with the same label"
    )
    if not same:
        return summary
    rest = max(0.0, 0.8 * count - same) / max(1, count - same)
    return f"{summary}. A result of 80 % could be {100 * rest:.1f} % without those {same}"


def find_leaks(held_out: list[Picture], known: list[Picture], data: Path) -> Iterator[Leak]:
    """Yield the likeliest near-duplicate of each held-out picture that has one in `known`."""
    index = MatchIndex([picture.fingerprint for picture in known])
    bar = tqdm(held_out, f"comparing {held_out[0].split}", unit=" images", disable=None)
    for picture in bar:
        if match := index.best_match(picture.fingerprint):
            copy = known[match.known_index]
            yield Leak(
                picture.split,
                str(picture.path.relative_to(data)),
                picture.label,
                str(copy.path.relative_to(data)),
                copy.label,
                match.mirrored,
                round(match.correlation, 3),
            )


def _load(data: Path) -> list[Picture]:
    paths = [(split, path) for split in SPLITS for path in find_images(data / split)]
    with decoding_pool() as pool:
        read = pool.map(lambda task: _read(data, *task), paths)
        bar = tqdm(read, "reading for the leak check", len(paths), unit=" images", disable=None)
        return [picture for picture in bar if picture]


def _read(data: Path, split: str, path: Path) -> Picture | None:
    try:
        pixels, _, face = read_picture(path, WORKSTATION_MEGAPIXELS)
    except ImageError as error:
        print(f"left out {path}: {error}", file=sys.stderr)
        return None
    label = path.relative_to(data / split).parts[0]
    size = SMALL_SIDE, SMALL_SIDE
    small = scale_region(pixels, face or whole(pixels), *size, grey=True)[..., 0]
    return Picture(split, label, path, fingerprint(Image.fromarray(small)))


def _write(data: Path, leaks: list[Leak]) -> None:
    """Write DATA/leaks.csv, but only if it changes: `make` trains again when a file changes."""
    text = io.StringIO(newline="")
    rows: list[Any] = [Leak._fields, *leaks]
    csv.writer(text, lineterminator="\n").writerows(rows)
    content = text.getvalue().encode("utf-8", "surrogateescape")
    path = data / LEAKS_FILE
    if not path.is_file() or path.read_bytes() != content:
        with staged_write(data) as stage:
            (stage / LEAKS_FILE).write_bytes(content)
