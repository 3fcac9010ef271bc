"""Image corruptions for robustness tests."""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Pixels = npt.NDArray[np.uint8]
Corruption = Callable[[Image.Image, float], Image.Image]


def _blur(image: Image.Image, share: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(share * image.width))


def _darken(image: Image.Image, factor: float) -> Image.Image:
    return image.point(lambda level: round(level * factor))


def _light_from_one_side(image: Image.Image, least: float) -> Image.Image:
    """Darken towards the right border, where the share `least` of the light is left.

    The light falls evenly, and a pixel is the light to the power of 1 / 2.2.
    """
    factors = np.linspace(1, least, image.width)[:, np.newaxis] ** (1 / 2.2)
    return Image.fromarray((np.asarray(image) * factors).round().astype(np.uint8))


def _compress(image: Image.Image, quality: float) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=int(quality))
    return Image.open(stream)


def _shrink(image: Image.Image, side: float) -> Image.Image:
    return image.resize((int(side), int(side)), Image.Resampling.BOX)


def _rotate(image: Image.Image, degrees: float) -> Image.Image:
    """Rotate; the corners show the mirrored border."""
    margin = image.width // 2
    padding = ((margin, margin), (margin, margin), (0, 0))
    padded = Image.fromarray(np.pad(np.asarray(image), padding, "symmetric"))
    rotated = padded.rotate(degrees, Image.Resampling.BILINEAR)
    return rotated.crop((margin, margin, margin + image.width, margin + image.height))


# Name, function, and strengths from weak to strong.
CORRUPTIONS: dict[str, tuple[Corruption, tuple[float, ...]]] = {
    "blur (sigma, share of the side)": (_blur, (0.01, 0.02, 0.04)),
    "darkness (light left)": (_darken, (0.5, 0.25, 0.1)),
    "light from one side (light left on the other)": (_light_from_one_side, (0.2, 0.05, 0.01)),
    "JPEG (quality)": (_compress, (50, 20, 5)),
    "small face (pixels a side)": (_shrink, (32, 24, 16, 12)),
    "rotation (degrees)": (_rotate, (10, 20, 40)),
}


def corrupt(pixels: Pixels, name: str, strength: float) -> Pixels:
    """Return a corrupted copy of an image, (rows, columns, 3) uint8 RGB.

    name: a key of CORRUPTIONS. strength: in the unit that the name gives.
    """
    function, _ = CORRUPTIONS[name]
    return np.asarray(function(Image.fromarray(pixels), strength))
