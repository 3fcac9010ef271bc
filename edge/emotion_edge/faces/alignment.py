"""Face alignment: cut a face out of a frame as a square, level and in the same proportions."""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.faces.types import Face

MIN_TILT = 1.0  # degrees; a face that is tilted less is not rotated
# Minimum distance between the eyes over the box's side. In a face seen from the side the eyes come
# close together. The median of upright faces is 0.42 to 0.44.
_MIN_EYE_DISTANCE = 0.25


def crop_face(
    pixels: npt.NDArray[np.uint8], face: Face, rule: Mapping[str, float]
) -> npt.NDArray[np.uint8]:
    """Return the crop of a face by a crop rule, (side, side, 3) uint8 RGB.

    pixels: (rows, columns, 3) uint8 RGB. rule: see `emotion_edge.model.crop_rule`. The crop is not
    scaled, so a crop that is saved without loss is exactly what the edge program classifies.
    Outside the picture its border pixels are repeated.
    """
    x, y, other_x, other_y = face.eyes
    distance = max(math.hypot(other_x - x, other_y - y), _MIN_EYE_DISTANCE * face.box.side)
    side = max(1, round(rule["face_width"] * distance))
    angle = math.radians(face.tilt)
    below_eyes = (0.5 - rule["eye_height"]) * side  # from the eyes to the centre, along the face
    centre_x = (x + other_x) / 2 - math.sin(angle) * below_eyes
    centre_y = (y + other_y) / 2 + math.cos(angle) * below_eyes
    if abs(face.tilt) < MIN_TILT:
        return crop_square(pixels, round(centre_x - side / 2), round(centre_y - side / 2), side)
    return _crop_rotated(pixels, centre_x, centre_y, side, angle)


def _crop_rotated(
    pixels: npt.NDArray[np.uint8], x: float, y: float, side: int, angle: float
) -> npt.NDArray[np.uint8]:
    """Return a square around (x, y) that is rotated clockwise by `angle` radians."""
    reach = math.ceil(side / math.sqrt(2)) + 1
    left, top = round(x) - reach, round(y) - reach
    around = Image.fromarray(crop_square(pixels, left, top, 2 * reach))
    cos, sin = math.cos(angle), math.sin(angle)
    start_x = x - left - (cos - sin) * side / 2
    start_y = y - top - (sin + cos) * side / 2
    rotated = around.transform(
        (side, side),
        Image.Transform.AFFINE,
        (cos, -sin, start_x, sin, cos, start_y),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(rotated)


def crop_square(
    pixels: npt.NDArray[np.uint8], left: int, top: int, side: int
) -> npt.NDArray[np.uint8]:
    """Return a square of a picture; outside the picture its border pixels are repeated."""
    rows, columns = pixels.shape[:2]
    if left >= 0 and top >= 0 and left + side <= columns and top + side <= rows:
        # Copy first: Pillow is ten times slower on non-contiguous arrays.
        return np.ascontiguousarray(pixels[top : top + side, left : left + side])
    down = np.arange(top, top + side).clip(0, rows - 1)
    across = np.arange(left, left + side).clip(0, columns - 1)
    return np.asarray(pixels[down[:, np.newaxis], across])
