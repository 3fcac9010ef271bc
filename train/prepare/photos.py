"""Crop the face out of whole photographs in class folders, as the edge does."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from emotion_edge.faces.alignment import crop_face
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import WORKSTATION_MEGAPIXELS, ImageError, read_image
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from train.prepare.manifest import WRITTEN, Manifest, Row
from train.prepare.photo_files import Photo, find_photos
from train.prepare.split_plan import describe_people, plan_splits

NO_FACE, SEVERAL, UNREADABLE = "no face", "several faces", "unreadable"
MIN_SECOND_FACE_RATIO = 0.5  # smaller faces, relative to the largest, are background


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
    for a folder without classes or photographs, or with too few people to fill the splits.
    """
    photos = find_photos(folder)
    print(describe_people(photos), flush=True)
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


def _crop_and_write(photo: Photo, split: str, manifest: Manifest, detector: FaceDetector) -> Row:
    try:
        face = crop_only_face(read_image(photo.path, WORKSTATION_MEGAPIXELS), detector)
    except ImageError as error:
        print(f"left out {photo.path}: {error}", file=sys.stderr)
        face = UNREADABLE
    if not photo.key:  # it could not be read when the splits were planned
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
