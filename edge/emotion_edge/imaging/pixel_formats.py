"""YCbCr, as cameras deliver it, to RGB.

A pixel is a level of luma Y and two of chroma, Cb and Cr, which two or four pixels share.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

Plane = npt.NDArray[np.uint8]

# How much of red and of blue is in the luma: ITU-R BT.601-7, 2.5.1; BT.709-6, 3.2.
LUMA = {"601": (0.299, 0.114), "709": (0.2126, 0.0722)}


def yuv_to_rgb(
    array: Plane, layout: str, size: tuple[int, int], *, standard: str = "601", full: bool = False
) -> Plane:
    """Return (height, width, 3) uint8 RGB of an image in one of the layouts of picamera2's arrays.

    YUV420: (height * 3 / 2, stride), Y, then Cb and Cr, each half as wide and high, with rows of
        stride / 2 bytes. NV12: the same shape, below Y the pairs Cb, Cr. YUYV: (height, stride / 2,
        2), of each pixel Y and in turns Cb or Cr. Beyond the width rows are padding.
    size: (width, height), even. standard: a key of `LUMA`. full: whether levels are 0 to 255, as in
        JPEG, or Y is 16 to 235 and chroma 16 to 240, as in video.
    """
    width, height = size
    if layout == "YUYV":
        luma = array[:, :width, 0]
        chroma = [array[:, i:width:2, 1] for i in (0, 1)]
    elif layout == "NV12":
        luma = array[:height, :width]
        chroma = [array[height:, i:width:2] for i in (0, 1)]
    else:
        luma = array[:height, :width]
        planes = array[height:].reshape(2, height // 2, -1)
        chroma = list(planes[:, :, : width // 2])
    blue, red = (_image(plane).resize(size, Image.Resampling.NEAREST) for plane in chroma)
    # Pillow's own YCbCr is JPEG's alone; told that it is RGB, it takes any matrix.
    merged = Image.merge("RGB", [_image(luma), blue, red])
    return np.asarray(merged.convert("RGB", _matrix(*LUMA[standard], full)))


def _image(plane: Plane) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(plane))


@cache
def _matrix(red: float, blue: float, full: bool) -> tuple[float, ...]:
    """Return rows of factors of Y, Cb, Cr and what to add, for R, G and B.

    The inverse of the definitions: Y = red R + green G + blue B, Cb = (B - Y) / (2 - 2 blue),
    Cr = (R - Y) / (2 - 2 red), the latter around 128.
    """
    luma, chroma, black = (1.0, 1.0, 0) if full else (255 / 219, 255 / 224, 16)
    green = 1 - red - blue
    from_cb, from_cr = chroma * 2 * (1 - blue), chroma * 2 * (1 - red)
    rows = [(0.0, from_cr), (-from_cb * blue / green, -from_cr * red / green), (from_cb, 0.0)]
    return tuple(
        value for cb, cr in rows for value in (luma, cb, cr, -luma * black - 128 * (cb + cr))
    )
