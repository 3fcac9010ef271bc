"""Camera pixel formats to RGB.

A YCbCr pixel has its own luma level Y; two or four pixels share the chroma levels Cb and Cr.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

# Which bytes of a pixel are R, G and B. picamera2 names formats in reverse order (its manual,
# 4.2.2): RGB888 lies in memory as B, G, R.
RGB_CHANNELS = {
    "BGR888": np.s_[:, :, :],
    "RGB888": np.s_[:, :, ::-1],
    "XBGR8888": np.s_[:, :, :3],
    "XRGB8888": np.s_[:, :, 2::-1],
    "MJPEG": np.s_[:, :, :],  # picamera2 decodes it
}
# The weights of red and blue in luma: ITU-R BT.601-7, 2.5.1; BT.709-6, 3.2.
LUMA_WEIGHTS = {"601": (0.299, 0.114), "709": (0.2126, 0.0722)}


class PixelFormatError(Exception):
    """An array's format is not supported, or its shape contradicts the stream's configuration."""


def camera_array_to_rgb(array: Pixels, config: Mapping[str, Any], colour_space: Any) -> Pixels:
    """Convert an array from picamera2's `make_array` to (height, width, 3) uint8 RGB.

    config: the stream's "format", "size" (width, height) and "stride" in bytes.
    colour_space: libcamera's, or None. Raises PixelFormatError.
    """
    layout, (width, height) = config["format"], config["size"]
    expected = _array_shape(layout, width, height, config["stride"])
    if array.shape != expected:
        raise PixelFormatError(
            f"an array of {array.shape} instead of {expected} for {layout} of {width} x {height} "
            f"with rows of {config['stride']} bytes"
        )
    if layout in RGB_CHANNELS:
        return np.ascontiguousarray(array[RGB_CHANNELS[layout]])
    return yuv_to_rgb(array, layout, (width, height), **_yuv_encoding(colour_space))


def _array_shape(layout: str, width: int, height: int, stride: int) -> tuple[int, ...]:
    shapes: dict[str, tuple[int, ...]] = {
        "YUV420": (height * 3 // 2, stride),  # includes the padding
        "NV12": (height * 3 // 2, width),
        "YUYV": (height, stride // 2, 2),
    }
    for name in RGB_CHANNELS:
        shapes[name] = (height, width, 4 if name.startswith("X") else 3)
    if layout not in shapes:
        raise PixelFormatError(f"unsupported pixel format {layout}")
    return shapes[layout]


def _yuv_encoding(colour_space: Any) -> dict[str, Any]:
    """Return `yuv_to_rgb`'s keyword arguments for a colour space.

    By default picamera2 asks for SMPTE 170M below 1280 x 720, which has the matrix of BT.601, and
    for BT.709 above, both with limited range. Linux assumes BT.601 and limited range if a camera
    names none (V4L2_MAP_YCBCR_ENC_DEFAULT, V4L2_MAP_QUANTIZATION_DEFAULT).
    """
    if colour_space is None:
        return {}
    standard = "709" if colour_space.ycbcrEncoding.name == "Rec709" else "601"
    return {"standard": standard, "full": colour_space.range.name == "Full"}


def yuv_to_rgb(
    array: Pixels, layout: str, size: tuple[int, int], *, standard: str = "601", full: bool = False
) -> Pixels:
    """Convert a YCbCr image to (height, width, 3) uint8 RGB.

    array: as picamera2 lays it out; bytes of a row beyond the width are padding.
        YUV420: (height * 3 / 2, stride): Y, then Cb and Cr, both of half the width and height, in
        rows of stride / 2 bytes. NV12: the same shape; Y, then interleaved Cb and Cr.
        YUYV: (height, stride / 2, 2): each pixel's Y, and Cb and Cr in alternate pixels.
    size: (width, height), both even. standard: a key of `LUMA_WEIGHTS`.
    full: levels are 0 to 255, as in JPEG; otherwise Y is 16 to 235 and chroma 16 to 240, as in
        video.
    """
    luma, chroma = _planes(array, layout, size)
    cb, cr = (_to_image(plane).resize(size, Image.Resampling.NEAREST) for plane in chroma)
    # Pillow's own YCbCr mode is JPEG's only; converting from "RGB" accepts any matrix.
    merged = Image.merge("RGB", [_to_image(luma), cb, cr])
    return np.asarray(merged.convert("RGB", _matrix(*LUMA_WEIGHTS[standard], full)))


def _planes(array: Pixels, layout: str, size: tuple[int, int]) -> tuple[Pixels, list[Pixels]]:
    """Return the luma plane, and the chroma planes Cb and Cr in their own resolution."""
    width, height = size
    if layout == "YUYV":
        return array[:, :width, 0], [array[:, i:width:2, 1] for i in (0, 1)]
    if layout == "NV12":
        return array[:height, :width], [array[height:, i:width:2] for i in (0, 1)]
    planes = array[height:].reshape(2, height // 2, -1)
    return array[:height, :width], list(planes[:, :, : width // 2])


def _to_image(plane: Pixels) -> Image.Image:
    # Copy first: Pillow is ten times slower on non-contiguous arrays.
    return Image.fromarray(np.ascontiguousarray(plane))


@cache
def _matrix(red: float, blue: float, full: bool) -> tuple[float, ...]:
    """Return Pillow's 3 x 4 matrix: factors of Y, Cb, Cr and an offset for each of R, G and B.

    red, blue: their weights in luma. Inverts the definitions Y = red R + green G + blue B,
    Cb = (B - Y) / (2 - 2 blue) and Cr = (R - Y) / (2 - 2 red), with chroma centred on 128.
    """
    luma, chroma, black = (1.0, 1.0, 0) if full else (255 / 219, 255 / 224, 16)
    green = 1 - red - blue
    from_cb, from_cr = chroma * 2 * (1 - blue), chroma * 2 * (1 - red)
    rows = [(0.0, from_cr), (-from_cb * blue / green, -from_cr * red / green), (from_cb, 0.0)]
    return tuple(
        value for cb, cr in rows for value in (luma, cb, cr, -luma * black - 128 * (cb + cr))
    )
