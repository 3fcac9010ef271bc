"""Pictures made worse, each way in several strengths: what a model bears."""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Pixels = npt.NDArray[np.uint8]
Change = Callable[[Image.Image, float], Image.Image]


def _blur(picture: Image.Image, share: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(share * picture.width))


def _darken(picture: Image.Image, factor: float) -> Image.Image:
    return picture.point(lambda level: round(level * factor))


def _compress(picture: Image.Image, quality: float) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=int(quality))
    return Image.open(stream)


def _shrink(picture: Image.Image, side: float) -> Image.Image:
    small = (int(side), int(side))
    return picture.resize(small, Image.Resampling.BOX)


def _turn(picture: Image.Image, degrees: float) -> Image.Image:
    """Turn, mirrored pictures of the border filling the corners."""
    reach = picture.width // 2
    padding = ((reach, reach), (reach, reach), (0, 0))
    around = Image.fromarray(np.pad(np.asarray(picture), padding, "symmetric"))
    turned = around.rotate(degrees, Image.Resampling.BILINEAR)
    return turned.crop((reach, reach, reach + picture.width, reach + picture.height))


CHANGES: dict[str, tuple[Change, tuple[float, ...]]] = {
    "blur (sigma, share of the side)": (_blur, (0.01, 0.02, 0.04)),
    "darkness (light left)": (_darken, (0.5, 0.25, 0.1)),
    "JPEG (quality)": (_compress, (50, 20, 5)),
    "small face (pixels a side)": (_shrink, (32, 24, 16, 12)),
    "rotation (degrees)": (_turn, (10, 20, 40)),
}


def disturb(pixels: Pixels, change: str, strength: float) -> Pixels:
    """Return a changed copy of a picture, (rows, columns, 3) uint8 RGB."""
    function, _ = CHANGES[change]
    return np.asarray(function(Image.fromarray(pixels), strength))
