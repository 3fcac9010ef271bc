"""Pillow's images of every mode as upright RGB arrays."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from emotion_edge.imaging.header_checks import check_exif

Pixels = npt.NDArray[np.uint8]
_STRIP = 1 << 20  # pixels that are converted at a time


def upright_pixels(image: Image.Image) -> Pixels:
    """Return an opened picture's pixels upright, (rows, columns, 3) uint8 RGB.

    Converts it strip by strip: a whole copy for each step would fill a Pi's memory.
    """
    image.load()
    orientation = _orientation(image)  # some formats have it behind the pixels, or apply it
    width, height = image.size
    is_turned = orientation >= 5
    upright = np.empty((width, height, 3) if is_turned else (height, width, 3), np.uint8)
    stored = _as_stored(upright, orientation)
    rows, white = max(1, _STRIP // width), _white_level(image)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        strip = image if rows >= height else image.crop((0, top, width, bottom))
        stored[top:bottom] = np.asarray(_to_rgb(strip, white))
    return upright


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8 (EXIF 2.32, 4.6.4)."""
    # Not ImageOps.exif_transpose: it rewrites the EXIF data, and fails on unusual ones.
    check_exif(image.info)
    if image.format == "TIFF":  # Pillow has applied it
        return 1
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    return orientation if orientation in range(1, 9) else 1


def _as_stored(upright: Pixels, orientation: int) -> Pixels:
    """Return a view of an upright picture in the order in which its file has the pixels."""
    if orientation >= 5:  # rows are columns
        upright = upright.transpose(1, 0, 2)
    if orientation in (3, 4, 6, 7):
        upright = upright[::-1]
    if orientation in (2, 3, 7, 8):
        upright = upright[:, ::-1]
    return upright


def _white_level(image: Image.Image) -> float:
    """Return the level of a picture's white, if its levels have more than 8 bits."""
    has_range = image.mode != "F" and image.format in ("PNG", "PPM")
    if image.mode not in ("I", "F") or has_range:
        return 65535.0
    # Numbers of 32 bits: their files do not say what white is.
    highest: Any = image.getextrema()[1]
    return next((white for white in (1.0, 255.0) if highest <= white), 65535.0)


def _to_rgb(image: Image.Image, white: float) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # keep the upper 8 bits
        levels = np.nan_to_num(np.asarray(image) / (white / 255)).clip(0, 255).astype(np.uint8)
        return Image.fromarray(levels).convert("RGB")
    # Not image.has_transparency_data, which Bookworm's Pillow 9.4 lacks.
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")
