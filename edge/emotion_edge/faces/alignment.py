"""Cut a face out of a frame: a square, level and of the same proportions for every face."""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion_edge.faces.types import Face

LEVEL = 1.0  # degrees; a face that is tilted less is cut out as it is


# Least distance between the eyes, over the box's side: on a face seen from the side they come close
# to each other. Of upright faces it is 0.42 to 0.44 (medians).
_APART = 0.25


def crop_face(
    pixels: npt.NDArray[np.uint8], face: Face, rule: Mapping[str, float]
) -> npt.NDArray[np.uint8]:
    """Return the square of a face, (side, side, 3) uint8 RGB, by the rule of a contract.

    pixels: (rows, columns, 3) uint8 RGB. The square is as large as it is in the picture, so that a
    cut saved without loss is the cut that the edge makes. What lies beyond the picture repeats its
    border.
    """
    x, y, other_x, other_y = face.eyes
    apart = max(math.hypot(other_x - x, other_y - y), _APART * face.box.side)
    side = max(1, round(rule["face_width"] * apart))
    angle = math.radians(face.tilt)
    below = (0.5 - rule["eye_height"]) * side  # of the eyes, along the face, is the middle
    middle_x = (x + other_x) / 2 - math.sin(angle) * below
    middle_y = (y + other_y) / 2 + math.cos(angle) * below
    if abs(face.tilt) < LEVEL:
        return crop_square(pixels, round(middle_x - side / 2), round(middle_y - side / 2), side)
    return _turned(pixels, middle_x, middle_y, side, angle)


def _turned(
    pixels: npt.NDArray[np.uint8], x: float, y: float, side: int, angle: float
) -> npt.NDArray[np.uint8]:
    """Return a square of a picture about (x, y) that is turned clockwise by so many radians."""
    reach = math.ceil(side / math.sqrt(2)) + 1
    left, top = round(x) - reach, round(y) - reach
    around = Image.fromarray(crop_square(pixels, left, top, 2 * reach))
    cos, sin = math.cos(angle), math.sin(angle)
    start_x = x - left - (cos - sin) * side / 2
    start_y = y - top - (sin + cos) * side / 2
    turned = around.transform(
        (side, side),
        Image.Transform.AFFINE,
        (cos, -sin, start_x, sin, cos, start_y),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(turned)


def crop_square(
    pixels: npt.NDArray[np.uint8], left: int, top: int, side: int
) -> npt.NDArray[np.uint8]:
    """Return a square of a picture; what lies beyond the picture repeats its border."""
    rows, columns = pixels.shape[:2]
    if left >= 0 and top >= 0 and left + side <= columns and top + side <= rows:
        # A copy, for of an array with gaps Pillow makes a picture ten times slower.
        return np.ascontiguousarray(pixels[top : top + side, left : left + side])
    down = np.arange(top, top + side).clip(0, rows - 1)
    across = np.arange(left, left + side).clip(0, columns - 1)
    return np.asarray(pixels[down[:, np.newaxis], across])
