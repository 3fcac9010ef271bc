"""A small picture of what the camera sees, of coloured characters."""

import numpy as np
from PIL import Image

from emotion_edge.imaging.regions import Pixels

COLUMNS = 36
_CELL = (
    "\x1b[38;2;{};{};{}m\x1b[48;2;{};{};{}m\N{UPPER HALF BLOCK}"  # two pixels, one above the other
)
_RESET = "\x1b[0m"


def as_text(pixels: Pixels) -> list[str]:
    """Return lines for a terminal with 24-bit colours: the picture, as in a mirror.

    pixels: (rows, columns, 3) uint8 RGB.
    """
    rows, columns = pixels.shape[:2]
    lines = max(1, round(COLUMNS * rows / columns / 2))
    image = Image.fromarray(pixels[:, ::-1]).resize((COLUMNS, 2 * lines), Image.Resampling.BOX)
    pairs = np.asarray(image).reshape(lines, 2, COLUMNS, 3).transpose(0, 2, 1, 3)
    return [
        "".join(_CELL.format(*cell) for cell in line.reshape(COLUMNS, 6)) + _RESET for line in pairs
    ]
