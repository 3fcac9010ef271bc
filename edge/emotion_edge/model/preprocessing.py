"""The preprocessing function: any image to the model's input size."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from emotion_edge.model.contract import Contract

_DARKEST_AND_BRIGHTEST = 1  # per cent of the pixels that become black, and white


def preprocess(pixels: npt.NDArray[np.uint8], contract: Contract) -> npt.NDArray[np.uint8]:
    """Cut the largest centred box of the input's proportions out of a picture and scale it.

    Where the contract says contrast "stretch", the darkest and the brightest hundredth of the
    pixels then become black and white, and all others lie between, so that less of the light is
    left for the network to learn.

    pixels: (rows, columns, 3) uint8 RGB of any size. Returns uint8 of the contract's input_shape.
    Training set, calibration, parity check and every frame on the Pi come through here.
    """
    rows, columns = pixels.shape[:2]
    crop_width = min(columns, rows * contract.width / contract.height)
    crop_height = min(rows, columns * contract.height / contract.width)
    left, top = (columns - crop_width) / 2, (rows - crop_height) / 2
    scaled = Image.fromarray(pixels).resize(
        (contract.width, contract.height),
        Image.Resampling.BILINEAR,
        box=(left, top, left + crop_width, top + crop_height),
    )
    if contract.color_space == "GRAYSCALE":
        scaled = scaled.convert("L")
    if contract.contrast == "stretch":
        scaled = ImageOps.autocontrast(scaled, _DARKEST_AND_BRIGHTEST, preserve_tone=True)
    return np.asarray(scaled).reshape(contract.input_shape)
