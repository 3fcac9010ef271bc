"""Pictures of one face, for a data set: PNG files that say where in them the face is.

The pixels around a face are kept as they are in the frame, neither turned nor scaled. So training
makes its inputs of them by the same function as the edge program of the frames.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from emotion_edge.imaging.regions import Pixels, Region

_KEY = "face"  # of the text in the PNG file: x y width height tilt
_MAX_CHARACTERS, _MAX_NUMBER, _MIN_SIDE = 200, 1e6, 1.0  # of the text, in it, of the region
_MAX_MARGIN = 500  # pixels beyond the picture; only those as small as FER2013's need some
_FAST = 1  # a compression that takes a fifth of the default's time, for hardly larger files


def save_face(path: Path, pixels: Pixels, region: Region) -> None:
    """Write pixels, uint8 (rows, columns, 1 or 3), and the region of the face in them, as PNG."""
    text = PngInfo()
    text.add_text(_KEY, " ".join(map(str, region)))
    image = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    Image.fromarray(np.ascontiguousarray(image)).save(
        path, "PNG", pnginfo=text, compress_level=_FAST
    )


def face_in(info: Mapping[Any, Any], size: tuple[int, int]) -> Region | None:
    """Return the region that an opened picture's `info` names, or None if it names none.

    size: width and height of the picture. A text that is not five numbers is another
    program's. Raises ValueError for a region that cannot be, or so far beyond the picture that
    cutting it out would cost much memory.
    """
    text = info.get(_KEY)
    if not isinstance(text, str):
        return None
    region = _parse(text)
    if region and not _fits(region, *size):
        raise ValueError(f"its text {_KEY!r} is not the region of a face")
    return region


def _parse(text: str) -> Region | None:
    """Return the region, or None if the text is another program's."""
    try:
        values = [float(word) for word in text.split()] if len(text) <= _MAX_CHARACTERS else []
    except ValueError:
        return None
    return Region(*values) if len(values) == len(Region._fields) else None


def _fits(region: Region, width: int, height: int) -> bool:
    if not all(abs(value) <= _MAX_NUMBER for value in region):  # written so that NaN is refused
        return False
    left, top, right, bottom = region.surroundings()
    margin = min(max(width, height), _MAX_MARGIN)
    return (
        min(region.width, region.height) >= _MIN_SIDE
        and min(left, top) >= -margin
        and right <= width + margin
        and bottom <= height + margin
    )
