"""Preprocessing: turn an image of any size into the model's input."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from emotion_edge.model.contract import Contract

_CLIPPED_PERCENT = 1  # of the pixels at each end of the histogram, for contrast "stretch"


def preprocess(pixels: npt.NDArray[np.uint8], contract: Contract) -> npt.NDArray[np.uint8]:
    """Crop an image to the input's aspect ratio, scale it and adjust its colours.

    pixels: (rows, columns, 3) uint8 RGB of any size. Returns uint8 of the contract's input_shape.
    The crop is the largest centred box. If the contract's contrast is "stretch", the darkest and
    the brightest hundredth of the pixels become black and white and the rest is spread between
    them, so that the network has less variation in lighting to learn.

    Training, calibration, the parity check and the edge program all call this function.
    """
    scaled = Image.fromarray(pixels).resize(
        (contract.width, contract.height),
        Image.Resampling.BILINEAR,
        box=_centre_box(pixels.shape[0], pixels.shape[1], contract),
    )
    if contract.color_space == "GRAYSCALE":
        scaled = scaled.convert("L")
    if contract.contrast == "stretch":
        scaled = ImageOps.autocontrast(scaled, _CLIPPED_PERCENT, preserve_tone=True)
    return np.asarray(scaled).reshape(contract.input_shape)


def _centre_box(rows: int, columns: int, contract: Contract) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the largest centred box of the input's shape."""
    width = min(columns, rows * contract.width / contract.height)
    height = min(rows, columns * contract.height / contract.width)
    left, top = (columns - width) / 2, (rows - height) / 2
    return left, top, left + width, top + height
