"""Whole photographs in class folders to faces, cut as the edge cuts them."""

import hashlib
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import ImageError, find_images, read_image
from emotion_edge.model.contract import NO_FACE as NO_FACE_LABEL
from emotion_edge.model.contract import UNKNOWN
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from train.prepare.group_split import SPLITS, assign, subject_of
from train.prepare.manifest import WRITTEN, Ledger, Row

NO_FACE, SEVERAL, UNREADABLE = "no face", "several faces", "unreadable"
BACKGROUND = 0.5  # of the largest face's side


class Photo(NamedTuple):
    """A photograph: its file, its path below the folder of all, its class, person and digest."""

    path: Path
    source: Path
    label: str
    subject: str
    key: str


def prepare_photos(
    folder: Path, ledger: Ledger, finder: FaceDetector, *, shares: tuple[int, int, int], seed: int
) -> Counter[str]:
    """Cut the face out of each photograph FOLDER/<class>/ and write it into a split.

    Returns how many photographs came to which outcome, those of former runs among them. Raises
    UserError for a folder without classes, or where none of the photographs can be read.
    """
    photos = find_photos(folder)
    by_folder = sum(len(photo.source.parts) > 2 for photo in photos)
    by_name = sum(photo.subject != "" for photo in photos) - by_folder
    print(
        f"{len(photos)} photographs: {by_folder} are in a person's folder, {by_name} have a "
        f"person's name, {len(photos) - by_folder - by_name} name nobody; "
        f"{len({photo.subject for photo in photos} - {''})} people named",
        flush=True,
    )
    splits = plan(photos, ledger, shares, seed)
    outcomes: Counter[str] = Counter()
    for photo in tqdm(photos, "cutting faces", unit=" images", disable=None):
        known = ledger.rows.get(photo.key)
        if known is None or not known.picture:  # --min-face may have changed
            known = _cut_and_write(photo, splits[_person(photo)], ledger, finder)
        elif known.picture.split("/")[1] != photo.label:
            print(f"{photo.path}: the same picture is there as {known.picture}", file=sys.stderr)
        outcomes[known.outcome] += 1
    return outcomes


def find_photos(folder: Path) -> list[Photo]:
    """Return the photographs in FOLDER/<class>/ and below, in a fixed order.

    Those that cannot be opened have the key "".
    """
    if not folder.is_dir():
        raise UserError(f"--photos {folder}: no such folder")
    labels = [p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")]
    if set(labels) & set(SPLITS):
        raise UserError(f"--photos {folder}: its folders must be classes, not {sorted(labels)}")
    if reserved := {UNKNOWN, NO_FACE_LABEL} & set(labels):
        raise UserError(f"--photos {folder}: the edge says {reserved.pop()!r} itself; rename it")
    if loose := [path for path in find_images(folder) if path.parent == folder]:
        raise UserError(f"--photos {folder}: {loose[0].name} is in no class folder")
    files = [(label, path) for label in sorted(labels) for path in find_images(folder / label)]
    if not files:
        raise UserError(f"--photos {folder}: no pictures in it; they belong into <class>/")
    return [
        Photo(
            path,
            path.relative_to(folder),
            label,
            subject_of(path.relative_to(folder / label), labels),
            _digest(path),
        )
        for label, path in tqdm(files, "looking", unit=" images", disable=None)
    ]


def _digest(path: Path) -> str:
    """Return what a file is, whatever its name: photographs get moved, and every camera has a 1."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return ""


def plan(
    photos: list[Photo], ledger: Ledger, shares: tuple[int, int, int], seed: int
) -> dict[str, str]:
    """Return the split of each person, and of each photograph (its key) that names nobody.

    Who has pictures from former runs stays where they are.
    """
    written = {row.key: row for row in ledger.rows.values() if row.picture}
    there = [tuple(row.picture.split("/")[:2]) for row in written.values()]
    splits = {row.subject: row.picture.split("/")[0] for row in written.values() if row.subject}
    new = {photo.key: photo for photo in photos if photo.key not in written}.values()
    there += [(splits[_person(p)], p.label) for p in new if _person(p) in splits]
    strangers = [photo for photo in new if _person(photo) not in splits]
    people = {name: i for i, name in enumerate(sorted({_person(p) for p in strangers}))}
    labels = sorted({label for _, label in there} | {photo.label for photo in strangers})
    have, groups = np.zeros((len(SPLITS), len(labels))), np.zeros((len(people), len(labels)))
    for split, label in there:
        have[SPLITS.index(split), labels.index(label)] += 1
    for photo in strangers:
        groups[people[_person(photo)], labels.index(photo.label)] += 1
    places = assign(groups, have, shares, seed)
    return splits | {person: SPLITS[i] for person, i in zip(people, places, strict=True)}


def _person(photo: Photo) -> str:
    return photo.subject or photo.key


def _cut_and_write(photo: Photo, split: str, ledger: Ledger, finder: FaceDetector) -> Row:
    try:
        face = cut(read_image(photo.path), finder)
    except ImageError as error:
        print(f"left out {photo.path}: {error}", file=sys.stderr)
        face = UNREADABLE
    row = Row(photo.key, str(photo.source), photo.subject, WRITTEN)
    if isinstance(face, str):
        row = row._replace(outcome=face)
        if photo.key:
            ledger.add(row)
        return row
    name = f"{photo.path.stem[:50]}-{photo.key[:8]}.png"
    row = row._replace(picture=f"{split}/{photo.label}/{name}")
    ledger.add(row, face)
    return row


def cut(pixels: npt.NDArray[np.uint8], finder: FaceDetector) -> npt.NDArray[np.uint8] | str:
    """Return the one face of a photograph, as the edge cuts it, or why there is none.

    (side, side, 3) uint8 RGB, as large as it is in the photograph. Faces much smaller than the
    largest are somebody in the background, or no faces at all.
    """
    faces = finder.detect(pixels)
    if not faces:
        return NO_FACE
    if any(face.box.side >= BACKGROUND * faces[0].box.side for face in faces[1:]):
        return SEVERAL
    return crop_face(pixels, faces[0], DEFAULT_CROP_RULE)
