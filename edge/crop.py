"""How a face is cut out of a picture: the same for training pictures and for frames on the Pi.

The rule is in the contract (`face_margin`, `face_rise`). A data set of pictures that were cut by it
says so in a file beside its splits, so that the model trained on them is asked about faces cut
alike.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from edge.contract import Contract
from edge.errors import UserError

CROP_FILE = "crop.json"
DEFAULT_RULE: Mapping[str, float] = {
    "face_margin": Contract.face_margin,
    "face_rise": Contract.face_rise,
}


class Box(NamedTuple):
    """A square around a face in pixels of the frame: its left, its top, its side."""

    x: float
    y: float
    side: float


def face_square(box: Box, *, face_margin: float, face_rise: float) -> tuple[int, int, int]:
    """Return left, top and side in whole pixels of what is cut out for a face.

    Whole pixels, so that a cut saved as a picture file is the cut that the edge makes.
    """
    side = max(1, round(box.side * face_margin))
    middle_x, middle_y = box.x + box.side / 2, box.y + (0.5 - face_rise) * box.side
    return round(middle_x - side / 2), round(middle_y - side / 2), side


def cut_face(pixels: npt.NDArray[np.uint8], box: Box, contract: Contract) -> npt.NDArray[np.uint8]:
    """Return the square of a face, (side, side, 3) uint8 RGB, by the contract's rule.

    pixels: (rows, columns, 3) uint8 RGB. What lies beyond the picture repeats its border. A square
    inside the picture is a view of it, not a copy.
    """
    left, top, side = face_square(
        box, face_margin=contract.face_margin, face_rise=contract.face_rise
    )
    return cut_square(pixels, left, top, side)


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
