"""The square windows of a frame in which the face detection network looks for faces."""

import numpy as np
import numpy.typing as npt

from emotion_edge.faces.blazeface import Window

# The smallest tile is five times the smallest face, which is then 26 pixels wide on the input. The
# next larger tiles are at most STEP times larger, so that every size is found in one of them.
TILE, STEP = 5, 3.5


def tile_windows(width: int, height: int, min_side: float) -> list[Window]:
    """Return the windows to search for faces of at least `min_side` pixels.

    The first window is the whole frame; smaller tiles that cover the frame follow.
    """
    whole = max(width, height)
    result: list[Window] = [((width - whole) / 2, (height - whole) / 2, whole)]
    levels = int(np.ceil(np.log(max(1.0, whole / (TILE * min_side))) / np.log(STEP) - 1e-9))
    for level in range(1, levels + 1):
        side = whole * (TILE * min_side / whole) ** (level / levels)
        lefts, tops = (_tile_starts(length, side) for length in (width, height))
        result += [(left, top, side) for top in tops for left in lefts]
    return result


def _tile_starts(length: int, side: float) -> list[float]:
    """Return the starts of tiles that cover a length and overlap by at least a quarter."""
    if side >= length:
        return [(length - side) / 2]
    count = int(np.ceil((length - side) / (0.75 * side))) + 1
    return [float(start) for start in np.linspace(0, length - side, count)]


def zoom_window(box: npt.NDArray[np.float64], factor: float, size: tuple[int, int]) -> Window:
    """Return a window around a box, moved into the frame where it fits.

    factor: the window's side over the box's. size: width and height of the frame.
    """
    side = min(factor * box[2], max(size))
    left, top = (
        min(max(box[i] + (box[2] - side) / 2, 0), length - side)
        if side <= length
        else (length - side) / 2
        for i, length in enumerate(size)
    )
    return float(left), float(top), float(side)
