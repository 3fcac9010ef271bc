"""Preprocessing: turn a face in a picture of any size into the model's input."""

import numpy as np
import numpy.typing as npt

from emotion_edge.imaging.regions import Region, luma, scale_region, whole
from emotion_edge.model.contract import Contract

_CLIPPED = 100  # one in so many pixels at each end of the histogram, for contrast "stretch"
Pixels = npt.NDArray[np.uint8]


def preprocess(pixels: Pixels, contract: Contract, region: Region | None = None) -> Pixels:
    """Return the model's input for a face: uint8 of the contract's input_shape.

    pixels: (rows, columns, 3) uint8 RGB of any size. region: the face; None is the whole picture.
    Of the region, the largest box of the input's aspect ratio is taken. Training, calibration, the
    parity check and the edge program all call this function.
    """
    return adjust_contrast(scale(pixels, contract, region), contract)


def scale(pixels: Pixels, contract: Contract, region: Region | None = None) -> Pixels:
    """Return what `preprocess` does, before its contrast is adjusted."""
    region = (region or whole(pixels)).fit(contract.width / contract.height)
    grey = contract.color_space == "GRAYSCALE"
    return scale_region(pixels, region, contract.width, contract.height, grey=grey)


def adjust_contrast(image: Pixels, contract: Contract) -> Pixels:
    """Return an image (rows, columns, channels) with the contrast that the contract asks for.

    "stretch" makes the darkest and the brightest hundredth of the pixels black and white and
    spreads the rest between them, so that the network has less variation in lighting to learn. Of
    colours it looks at the luma, and changes all three alike.
    """
    if contract.contrast == "none":
        return image
    return np.take(_stretching(image), image)


def _stretching(image: Pixels) -> Pixels:
    """Return the new value for each value of a pixel, as Pillow's `ImageOps.autocontrast` does."""
    histogram = np.bincount(luma(image).ravel(), minlength=256)
    clipped = image[..., 0].size // _CLIPPED
    low = int(np.argmax(histogram.cumsum() > clipped))
    high = 255 - int(np.argmax(histogram[::-1].cumsum() > clipped))
    if high <= low:
        return np.arange(256, dtype=np.uint8)
    factor = 255 / (high - low)
    return (np.arange(256) * factor - low * factor).clip(0, 255).astype(np.uint8)
