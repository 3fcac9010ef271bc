"""Regions: cut a turned rectangle out of a picture and scale it, in one go.

The work is done at about the size of the result, so that a large face costs little more than a
small one: the surroundings become grey first if the result is grey, are scaled to twice its size,
turned there, and halved.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
_ROUNDING = 1e-6  # an edge so close to a pixel's is there: sums of fractions differ by less
_TWICE = 2  # a turned region is scaled to this multiple of the result, so that turning blurs little


class Region(NamedTuple):
    """A rectangle in a picture.

    x, y: its centre in pixels; (0, 0) is the corner of the picture. width, height: in pixels.
    tilt: by how much it is turned clockwise, in degrees. It may extend beyond the picture, whose
    border pixels are repeated there.
    """

    x: float
    y: float
    width: float
    height: float
    tilt: float = 0.0

    def fit(self, aspect: float) -> "Region":
        """Return the largest region of a ratio of width to height with the same centre."""
        width, height = min(self.width, self.height * aspect), min(self.height, self.width / aspect)
        return self._replace(width=width, height=height)

    def surroundings(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of the smallest upright box around it, in pixels."""
        angle = math.radians(self.tilt)
        cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
        across, along = self.width * cos + self.height * sin, self.width * sin + self.height * cos
        left, top = self.x - across / 2, self.y - along / 2
        right, bottom = self.x + across / 2, self.y + along / 2
        return (
            math.floor(left + _ROUNDING),
            math.floor(top + _ROUNDING),
            math.ceil(right - _ROUNDING),
            math.ceil(bottom - _ROUNDING),
        )


def whole(pixels: Pixels) -> Region:
    """Return the region that is the whole picture."""
    rows, columns = pixels.shape[:2]
    return Region(columns / 2, rows / 2, columns, rows)


def cut_surroundings(pixels: Pixels, region: Region) -> tuple[Pixels, Region]:
    """Return the pixels around a region, upright, and where the region is in them.

    `scale_region` makes the same of both. The copy has no more pixels than it needs.
    """
    left, top, right, bottom = region.surroundings()
    around = crop_box(pixels, left, top, right, bottom)
    return around, region._replace(x=region.x - left, y=region.y - top)


def scale_region(pixels: Pixels, region: Region, width: int, height: int, *, grey: bool) -> Pixels:
    """Return a region of a picture, level, as uint8 (height, width, 1 or 3).

    pixels: (rows, columns, 3) uint8 RGB. grey: return luma (ITU-R BT.601) instead of RGB.
    """
    around, region = cut_surroundings(pixels, region)
    picture = Image.fromarray(around)
    if grey:
        picture = picture.convert("L")
    if region.tilt:
        small = _scale_and_turn(picture, region, width, height)
    else:
        size, box = (width, height), _inside(region, picture)
        small = picture.resize(size, Image.Resampling.BILINEAR, box=box)
    return np.asarray(small).reshape(height, width, 1 if grey else 3)


def _inside(region: Region, picture: Image.Image) -> tuple[float, float, float, float]:
    """Return a level region as a box that does not extend beyond the picture by rounding errors."""
    left, top = region.x - region.width / 2, region.y - region.height / 2
    right, bottom = left + region.width, top + region.height
    return max(left, 0.0), max(top, 0.0), min(right, picture.width), min(bottom, picture.height)


def _scale_and_turn(picture: Image.Image, region: Region, width: int, height: int) -> Image.Image:
    across, along = _TWICE * width / region.width, _TWICE * height / region.height
    size = math.ceil(picture.width * across), math.ceil(picture.height * along)
    scaled = picture.resize(size, Image.Resampling.BILINEAR)
    across, along = size[0] / picture.width, size[1] / picture.height  # after rounding
    angle = math.radians(region.tilt)
    cos, sin = math.cos(angle), math.sin(angle)
    # From a pixel of the result to the one of `scaled` under it: u along the region's width.
    u, v = region.width / (_TWICE * width), region.height / (_TWICE * height)
    start_x = region.x - (cos * region.width - sin * region.height) / 2
    start_y = region.y - (sin * region.width + cos * region.height) / 2
    turned = scaled.transform(
        (_TWICE * width, _TWICE * height),
        Image.Transform.AFFINE,
        (
            cos * u * across,
            -sin * v * across,
            start_x * across,
            sin * u * along,
            cos * v * along,
            start_y * along,
        ),
        Image.Resampling.BILINEAR,
    )
    return turned.reduce(_TWICE)


def luma(image: Pixels) -> Pixels:
    """Return the grey levels (rows, columns) of an image (rows, columns, 1 or 3)."""
    if image.shape[2] == 1:
        return image[..., 0]
    return np.asarray(Image.fromarray(image).convert("L"))


def crop_box(pixels: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    """Return a box of a picture; outside the picture its border pixels are repeated."""
    rows, columns = pixels.shape[:2]
    if left >= 0 and top >= 0 and right <= columns and bottom <= rows:
        # Copy: Pillow is ten times slower on non-contiguous arrays.
        return np.ascontiguousarray(pixels[top:bottom, left:right])
    down = np.arange(top, bottom).clip(0, rows - 1)
    across = np.arange(left, right).clip(0, columns - 1)
    return np.asarray(pixels[down[:, np.newaxis], across])
