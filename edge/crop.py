"""How a face is cut out of a picture: the same for training pictures and for frames on the Pi.

A square about the face, turned until the eyes are level. The rule is in the contract. A data set of
pictures that were cut by it says so in a file beside its splits, so that the model trained on them
is asked about faces cut alike.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from edge.contract import Contract
from edge.errors import UserError

CROP_FILE = "crop.json"
DEFAULT_RULE: Mapping[str, float] = {
    "face_margin": Contract.face_margin,
    "face_rise": Contract.face_rise,
}


LEVEL = 1.0  # degrees; a face that is tilted less is cut out as it is


class Box(NamedTuple):
    """A square around a face in pixels of the frame: its left, its top, its side."""

    x: float
    y: float
    side: float


def rule_of(contract: Contract) -> dict[str, float]:
    """Return the rule that a contract holds."""
    return {name: getattr(contract, name) for name in DEFAULT_RULE}


def cut_face(
    pixels: npt.NDArray[np.uint8], box: Box, tilt: float, rule: Mapping[str, float]
) -> npt.NDArray[np.uint8]:
    """Return the square of a face, turned so that its eyes are level: (side, side, 3) uint8 RGB.

    pixels: (rows, columns, 3) uint8 RGB. tilt: of the line between the eyes, degrees clockwise.
    The square is as large as it is in the picture, so that a cut saved without loss is the cut that
    the edge makes. What lies beyond the picture repeats its border. A level square inside the
    picture is a view of it, not a copy.
    """
    side = max(1, round(box.side * rule["face_margin"]))
    down = math.radians(tilt)
    rise = rule["face_rise"] * box.side
    middle_x = box.x + box.side / 2 + math.sin(down) * rise
    middle_y = box.y + box.side / 2 - math.cos(down) * rise
    if abs(tilt) < LEVEL:
        return cut_square(pixels, round(middle_x - side / 2), round(middle_y - side / 2), side)
    reach = math.ceil(side / math.sqrt(2))
    left, top = round(middle_x) - reach - 1, round(middle_y) - reach - 1
    around = Image.fromarray(cut_square(pixels, left, top, 2 * reach + 2))
    cos, sin = math.cos(down), math.sin(down)
    start_x = middle_x - left - (cos - sin) * side / 2
    start_y = middle_y - top - (sin + cos) * side / 2
    turned = around.transform(
        (side, side),
        Image.Transform.AFFINE,
        (cos, -sin, start_x, sin, cos, start_y),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(turned)


def cut_square(
    pixels: npt.NDArray[np.uint8], left: int, top: int, side: int
) -> npt.NDArray[np.uint8]:
    """Return a square of a picture; what lies beyond the picture repeats its border."""
    rows, columns = pixels.shape[:2]
    if left >= 0 and top >= 0 and left + side <= columns and top + side <= rows:
        return pixels[top : top + side, left : left + side]
    down = np.arange(top, top + side).clip(0, rows - 1)
    across = np.arange(left, left + side).clip(0, columns - 1)
    return np.asarray(pixels[down[:, np.newaxis], across])


def read_rule(data: Path) -> dict[str, float]:
    """Return the rule that the pictures of a data set were cut by; ours where it does not say.

    Raises UserError for a file that is not a rule.
    """
    path = data / CROP_FILE
    if not path.exists():
        return dict(DEFAULT_RULE)
    try:
        rule = json.loads(path.read_text(encoding="utf-8"))
        values = {name: float(rule.pop(name)) for name in DEFAULT_RULE}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: not a crop rule ({error!r}); see {dict(DEFAULT_RULE)}") from None
    if rule or not 0 < values["face_margin"] <= 10 or not abs(values["face_rise"]) <= 2:
        raise UserError(f"{path}: not a crop rule; see {dict(DEFAULT_RULE)}")
    return values


def rule_text(rule: Mapping[str, float]) -> str:
    """Return what `read_rule` reads."""
    return json.dumps(dict(rule), indent=2, sort_keys=True) + "\n"
