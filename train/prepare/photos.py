"""Crop the face out of whole photographs in class folders, as the edge does."""

import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
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
from train.prepare.group_split import SPLITS, assign_splits, subject_of
from train.prepare.manifest import WRITTEN, Manifest, Row

NO_FACE, SEVERAL, UNREADABLE = "no face", "several faces", "unreadable"
MIN_SECOND_FACE_RATIO = 0.5  # smaller faces, relative to the largest, are background


class Photo(NamedTuple):
    """A photograph: its file, its path relative to the root folder, its class, person and digest.

    subject: "" if no person is named. key: "" if the file cannot be opened.
    """

    path: Path
    source: Path
    label: str
    subject: str
    key: str

    @property
    def group(self) -> str:
        """Identifies what must stay in one split: the person, or else the photograph itself."""
        return self.subject or self.key


def prepare_photos(
    folder: Path,
    manifest: Manifest,
    detector: FaceDetector,
    *,
    percentages: tuple[int, int, int],
    seed: int,
) -> Counter[str]:
    """Crop the face out of each photograph FOLDER/<class>/ and write it into a split.

    Returns the number of photographs by outcome, including those of earlier runs. Raises UserError
    for a folder without classes or photographs.
    """
    photos = find_photos(folder)
    print(_count_subjects(photos), flush=True)
    splits = plan_splits(photos, manifest, percentages, seed)
    outcomes: Counter[str] = Counter()
    for photo in tqdm(photos, "cropping faces", unit=" images", disable=None):
        known = manifest.rows.get(photo.key)
        if known is None or not known.picture:  # retry: --min-face may have changed
            known = _crop_and_write(photo, splits[photo.group], manifest, detector)
        elif known.picture.split("/")[1] != photo.label:
            print(f"{photo.path}: the same picture is there as {known.picture}", file=sys.stderr)
        outcomes[known.outcome] += 1
    return outcomes


def _count_subjects(photos: list[Photo]) -> str:
    by_folder = sum(len(photo.source.parts) > 2 for photo in photos)
    by_name = sum(photo.subject != "" for photo in photos) - by_folder
    people = {photo.subject for photo in photos} - {""}
    return (
        f"{len(photos)} photographs: {by_folder} are in a person's folder, {by_name} have a "
        f"person's name, {len(photos) - by_folder - by_name} name nobody; "
        f"{len(people)} people named"
    )


def find_photos(folder: Path) -> list[Photo]:
    """Return the photographs in FOLDER/<class>/ and below, in a fixed order.

    Raises UserError if the folder does not have this structure.
    """
    labels = _find_labels(folder)
    files = [(label, path) for label in labels for path in find_images(folder / label)]
    if not files:
        raise UserError(f"--photos {folder}: no pictures in it; put them into <class>/")
    return [
        Photo(
            path,
            path.relative_to(folder),
            label,
            subject_of(path.relative_to(folder / label), labels),
            _digest(path),
        )
        for label, path in tqdm(files, "reading", unit=" images", disable=None)
    ]


def _find_labels(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise UserError(f"--photos {folder}: no such folder")
    labels = [p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")]
    if set(labels) & set(SPLITS):
        raise UserError(f"--photos {folder}: its folders must be classes, not {sorted(labels)}")
    if reserved := {UNKNOWN, NO_FACE_LABEL} & set(labels):
        raise UserError(f"--photos {folder}: {reserved.pop()!r} is a reserved label; rename it")
    if loose := [path for path in find_images(folder) if path.parent == folder]:
        raise UserError(f"--photos {folder}: {loose[0].name} is in no class folder")
    return sorted(labels)


def _digest(path: Path) -> str:
    """Return a digest of the content. Names do not identify photographs: files get moved."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return ""


def plan_splits(
    photos: list[Photo], manifest: Manifest, percentages: tuple[int, int, int], seed: int
) -> dict[str, str]:
    """Return the split of each group: a person, or a photograph that names nobody.

    People with pictures from earlier runs stay in their split.
    """
    written = {row.key: row for row in manifest.rows.values() if row.picture}
    present = [tuple(row.picture.split("/")[:2]) for row in written.values()]
    splits = {row.subject: row.picture.split("/")[0] for row in written.values() if row.subject}
    new = {photo.key: photo for photo in photos if photo.key not in written}.values()
    present += [(splits[photo.group], photo.label) for photo in new if photo.group in splits]
    strangers = [photo for photo in new if photo.group not in splits]
    names = sorted({photo.group for photo in strangers})
    labels = sorted({label for _, label in present} | {photo.label for photo in strangers})
    existing = _count_pairs(present, SPLITS, labels)
    groups = _count_pairs([(photo.group, photo.label) for photo in strangers], names, labels)
    places = assign_splits(groups, existing, percentages, seed)
    return splits | {name: SPLITS[i] for name, i in zip(names, places, strict=True)}


def _count_pairs(
    pairs: Sequence[tuple[str, ...]], rows: Sequence[str], columns: list[str]
) -> npt.NDArray[np.float64]:
    """Return how often each (row, column) occurs, (rows, columns)."""
    counts = np.zeros((len(rows), len(columns)))
    row_of, column_of = ({name: i for i, name in enumerate(names)} for names in (rows, columns))
    for row, column in pairs:
        counts[row_of[row], column_of[column]] += 1
    return counts


def _crop_and_write(photo: Photo, split: str, manifest: Manifest, detector: FaceDetector) -> Row:
    try:
        face = crop_only_face(read_image(photo.path), detector)
    except ImageError as error:
        print(f"left out {photo.path}: {error}", file=sys.stderr)
        face = UNREADABLE
    row = Row(photo.key, str(photo.source), photo.subject, WRITTEN)
    if isinstance(face, str):
        row = row._replace(outcome=face)
        if photo.key:
            manifest.add(row)
        return row
    name = f"{photo.path.stem[:50]}-{photo.key[:8]}.png"
    row = row._replace(picture=f"{split}/{photo.label}/{name}")
    manifest.add(row, face)
    return row


def crop_only_face(
    pixels: npt.NDArray[np.uint8], detector: FaceDetector
) -> npt.NDArray[np.uint8] | str:
    """Return the one face of a photograph, cropped as on the edge, or the reason for none.

    The crop is (side, side, 3) uint8 RGB at the photograph's resolution. Much smaller faces than
    the largest are ignored: they are in the background, or no faces.
    """
    faces = detector.detect(pixels)
    if not faces:
        return NO_FACE
    if any(face.box.side >= MIN_SECOND_FACE_RATIO * faces[0].box.side for face in faces[1:]):
        return SEVERAL
    return crop_face(pixels, faces[0], DEFAULT_CROP_RULE)
