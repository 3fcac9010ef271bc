"""Crop the face out of whole photographs in class folders, as the edge does."""

import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.imaging.image_files import WORKSTATION_MEGAPIXELS, ImageError, read_image
from emotion_edge.imaging.regions import Pixels, Region, cut_surroundings
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from train.prepare.fer2013 import find_again, make_detector
from train.prepare.fer2013_types import SIDE
from train.prepare.manifest import WRITTEN, Manifest, Row
from train.prepare.photo_files import Photo, find_photos
from train.prepare.split_plan import describe_people, plan_splits
from train.wording import amount

NO_FACE, SEVERAL, UNREADABLE = "no face", "several faces", "unreadable"
COPY = "in another folder, too"
MIN_SECOND_FACE_RATIO = 0.5  # smaller faces, relative to the largest, are background
Cut = tuple[Pixels, Region]


def prepare_photos(
    folder: Path,
    manifest: Manifest,
    *,
    min_face: int | None,
    percentages: tuple[int, int, int],
    seed: int,
) -> Counter[str]:
    """Crop the face out of each photograph FOLDER/<class>/ and write it into a split.

    Photographs in FOLDER/<split>/<class>/ keep their splits, and pictures like FER2013's are
    cropped as those of its csv file. Returns the number of photographs by outcome, including those
    of earlier runs. Raises UserError for a folder without classes or photographs, or with too few
    people to fill the splits.
    """
    detectors = _Detectors(FaceDetector(min_face=min_face), make_detector())
    photos = find_photos(folder)
    _warn_of_one_class(folder, photos)
    print(describe_people(photos), flush=True)
    if given := sorted({photo.split for photo in photos} - {""}):
        _refuse_without_validation(folder, given)
        print(f"the photographs keep their splits: {', '.join(given)}", flush=True)
    splits = {} if given else plan_splits(photos, manifest, percentages, seed)
    outcomes: Counter[str] = Counter()
    for photo in tqdm(photos, "cropping faces", unit=" images", disable=None):
        known = manifest.rows.get(photo.key)
        if known is None or not known.picture:  # retry: --min-face may have changed
            split = photo.split or splits[photo.group]
            known = _crop_and_write(photo, split, manifest, detectors)
        elif _is_elsewhere(photo, known):
            print(f"{photo.path}: the same picture is there as {known.picture}", file=sys.stderr)
            known = known._replace(outcome=COPY)
        outcomes[known.outcome] += 1
    _warn_of_lost_classes(photos, manifest)
    return outcomes


def _warn_of_one_class(folder: Path, photos: list[Photo]) -> None:
    if len(labels := {photo.label for photo in photos}) == 1:
        print(
            f"{folder}: only one class, {min(labels)!r}, and training needs two at least",
            file=sys.stderr,
        )


def _refuse_without_validation(folder: Path, given: list[str]) -> None:
    if "train" in given and "validation" not in given:
        raise UserError(
            f"--photos {folder}: has {' and '.join(given)}, but no validation/; to divide the "
            "photographs of one of these folders, name it with --photos"
        )


def _is_elsewhere(photo: Photo, known: Row) -> bool:
    split, label, _ = known.picture.split("/")
    return label != photo.label or photo.split not in ("", split)


def _warn_of_lost_classes(photos: list[Photo], manifest: Manifest) -> None:
    written = {row.picture.split("/")[1] for row in manifest.rows.values() if row.picture}
    for label, number in sorted(Counter(photo.label for photo in photos).items()):
        if label not in written:
            print(
                f"class {label!r}: none of its {amount(number, 'photograph')} was written",
                file=sys.stderr,
            )


class _Detectors(NamedTuple):
    whole_photographs: FaceDetector
    fer2013: FaceDetector


def _crop_and_write(photo: Photo, split: str, manifest: Manifest, detectors: _Detectors) -> Row:
    try:
        pixels = read_image(photo.path, WORKSTATION_MEGAPIXELS)
        if _is_like_fer2013(pixels):
            face: Cut | str = pixels[..., :1], find_again(pixels[..., 0], detectors.fer2013)
        else:
            face = cut_only_face(pixels, detectors.whole_photographs)
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
    manifest.add(row, *face)
    return row


def _is_like_fer2013(pixels: Pixels) -> bool:
    """Say whether a picture, RGB, is grey and as small as FER2013's: its face fills it."""
    return pixels.shape[:2] == (SIDE, SIDE) and bool((pixels == pixels[..., :1]).all())


def cut_only_face(pixels: Pixels, detector: FaceDetector) -> Cut | str:
    """Return the pixels around the one face of a photograph and its region, or why there is none.

    Much smaller faces than the largest are ignored: they are in the background, or no faces.
    """
    faces = detector.detect(pixels)
    if not faces:
        return NO_FACE
    if any(face.box.side >= MIN_SECOND_FACE_RATIO * faces[0].box.side for face in faces[1:]):
        return SEVERAL
    return cut_surroundings(pixels, face_region(faces[0], DEFAULT_CROP_RULE))
