"""The windows of a frame that a network sees."""

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
from PIL import Image

Window = tuple[float, float, float]
"""Left, top and width of what a network sees, in pixels of the frame."""


def whole_window(width: int, height: int) -> Window:
    """Return the smallest square window that shows a whole frame, in its middle."""
    side = max(width, height)
    return (width - side) / 2, (height - side) / 2, side


def zoom_window(box: npt.NDArray[np.float64], factor: float, size: tuple[int, int]) -> Window:
    """Return a square window around a box, moved into the frame where it fits.

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


def tiles(
    size: tuple[int, int], side: float, overlap: float
) -> Iterator[tuple[float, float, float, float]]:
    """Yield left, top, width and height of equal tiles that cover a frame.

    side: the longest that a tile's sides are. overlap: of neighbours at least; less than `side`.
    """
    columns, rows = (_spread(length, side, overlap) for length in size)
    for (top, height), (left, width) in product(rows, columns):
        yield left, top, width, height


def _spread(length: int, side: float, overlap: float) -> list[tuple[float, float]]:
    """Return start and length of as few equal pieces as cover a length, see `tiles`."""
    count = max(1, math.ceil((length - overlap) / (side - overlap)))
    piece = (length + (count - 1) * overlap) / count if count > 1 else length
    return [(number * (piece - overlap), piece) for number in range(count)]


def fill_input(image: Image.Image, window: Window, tensor: npt.NDArray[np.float32]) -> None:
    """Write a window of an image into a tensor (rows, columns, 3), scaled to -1..1.

    Pixels outside the image become black.
    """
    left, top, width = window
    rows, columns, _ = tensor.shape
    scale = columns / width
    inside = (
        *(max(left, 0), max(top, 0)),
        *(min(left + width, image.width), min(top + rows / scale, image.height)),
    )
    x0, y0, x1, y1 = (
        round((edge - start) * scale)
        for edge, start in zip(inside, (left, top, left, top), strict=True)
    )
    tensor.fill(-1)
    if x1 > x0 and y1 > y0:
        size, smooth = (x1 - x0, y1 - y0), Image.Resampling.BILINEAR
        # Large windows take half the time by the gap. Less of one would lose blurred faces.
        part = image.resize(size, smooth, inside, reducing_gap=1.2)
        target = tensor[y0:y1, x0:x1]
        np.multiply(np.asarray(part), np.float32(2 / 255), out=target)
        target -= 1
