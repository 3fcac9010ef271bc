"""Write FER2013 as a data set, with FER+'s votes as soft labels.

FER2013's pictures are cropped faces, but tilted and of different sizes. So the face is found again
in each, by the same rule as all other faces, and the picture is kept as it is.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from PIL import Image
from tqdm import tqdm

from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.types import Box, Face
from emotion_edge.imaging.regions import Region
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from train.data.soft_labels import write_votes
from train.prepare.fer2013_types import EMOTIONS, SIDE, Picture, Pixels, votes_by_label
from train.prepare.manifest import WRITTEN, Manifest, Row

# The faces fill their pictures, but the detector needs larger faces with a margin around them.
_SCALE, _MARGIN = 4, 12


def prepare_fer(
    pictures: Iterable[Picture], count: int, manifest: Manifest, detector: FaceDetector
) -> Counter[str]:
    """Write the pictures into their splits, and their votes, if any, into votes.csv.

    Returns the number of pictures by outcome. Raises UserError if the pictures are not as expected,
    or if an earlier run gave one another label.
    """
    outcomes: Counter[str] = Counter()
    votes: dict[str, list[int]] = {}
    for picture in tqdm(pictures, "writing faces", count, unit=" images", disable=None):
        row = _row(picture)
        _refuse_other_label(picture, row, manifest)
        if picture.name not in manifest.rows:
            _add(row, picture.pixels, manifest, detector)
        if row.picture and picture.votes:
            votes[row.picture] = votes_by_label(picture.votes)
        outcomes[row.outcome] += 1
    if votes:
        write_votes(manifest.data, sorted(EMOTIONS), votes)
    return outcomes


def _add(row: Row, pixels: Pixels, manifest: Manifest, detector: FaceDetector) -> None:
    if row.picture:
        manifest.add(row, pixels[..., np.newaxis], find_again(pixels, detector))
    else:
        manifest.add(row)


def _row(picture: Picture) -> Row:
    row = Row(picture.name, picture.where, "", picture.label)
    if picture.label not in EMOTIONS:
        return row
    path = f"{picture.split}/{picture.label}/{picture.name}.png"
    return row._replace(outcome=WRITTEN, picture=path)


def _refuse_other_label(picture: Picture, row: Row, manifest: Manifest) -> None:
    known = manifest.rows.get(picture.name, row)
    if known.picture != row.picture:
        raise UserError(
            f"{picture.where}: an earlier run made {known.picture or known.outcome} of it, this "
            f"one would make {row.picture or row.outcome}: choose another --to"
        )


def make_detector() -> FaceDetector:
    """Return a detector for pictures that are known to be faces; its threshold is low.

    It finds 398 of 400 faces of FER+; with a threshold of 0.68 it finds 386.
    """
    return FaceDetector(threshold=0.55, min_face=20 * _SCALE)


def find_again(pixels: Pixels, detector: FaceDetector) -> Region:
    """Return the region of the face in a picture, (side, side) uint8 grey.

    That is the whole picture if no face is found.
    """
    side = SIDE * _SCALE
    enlarged = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    padded = np.pad(np.asarray(enlarged), _MARGIN * _SCALE)
    faces = detector.detect(np.repeat(padded[..., np.newaxis], 3, axis=2))
    if not faces:
        return Region(SIDE / 2, SIDE / 2, SIDE, SIDE)
    box, eyes = (np.array(values) / _SCALE for values in (faces[0].box, faces[0].eyes))
    x, y, width = map(float, box - (_MARGIN, _MARGIN, 0))
    left_x, left_y, right_x, right_y = map(float, eyes - _MARGIN)
    face = Face(Box(x, y, width), faces[0].score, (left_x, left_y, right_x, right_y))
    return face_region(face, DEFAULT_CROP_RULE)
