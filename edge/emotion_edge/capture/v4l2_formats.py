"""Pixel formats of webcams to RGB, as V4L2 lays them out (the kernel's media API, part 2)."""

from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.imaging.image_files import ImageError, read_image
from emotion_edge.imaging.pixel_formats import yuv_to_rgb

Pixels = npt.NDArray[np.uint8]
COMPRESSED = ("MJPEG", "JPEG")
# Of a row: bytes a pixel at least; and how many such rows a picture has, as a part of its height.
_LAYOUTS = {
    "YUYV": (2, 1.0),
    "UYVY": (2, 1.0),
    "NV12": (1, 1.5),
    "YUV420": (1, 1.5),
    "GREY": (1, 1.0),
}
SUPPORTED = (*COMPRESSED, *_LAYOUTS)
# As a driver is asked for them: MJPEG first, because the others limit size and frame rate.
FOUR_CHARACTER_CODES = ("MJPG", "YUYV", "UYVY", "NV12", "YU12", "GREY")


def decode(data: bytes, format_: Any) -> Pixels | None:
    """Decode a frame to (rows, columns, 3) uint8 RGB; None if it was damaged in transfer.

    format_: linuxpy's, with width, height, pixel_format (one of `SUPPORTED`) and bytes_per_line.
    """
    name = format_.pixel_format.name
    if name not in COMPRESSED:
        return _decode_raw(data, name, (format_.width, format_.height), format_.bytes_per_line)
    try:
        return read_image(BytesIO(data))
    except ImageError:
        return None


def _decode_raw(data: bytes, name: str, size: tuple[int, int], stride: int) -> Pixels | None:
    width, height = size
    pixel_bytes, part = _LAYOUTS[name]
    rows = round(part * height)
    if len(data) < rows * stride or stride < pixel_bytes * width:
        return None
    levels = np.frombuffer(data, np.uint8, rows * stride).reshape(rows, stride)
    if name == "GREY":
        return np.repeat(levels[:, :width, None], 3, axis=2)
    if pixel_bytes == 1:
        return yuv_to_rgb(levels, name, size)
    pairs = levels.reshape(rows, stride // 2, 2)
    # UYVY has the bytes of YUYV in another order: the chroma level before the luma level.
    return yuv_to_rgb(pairs if name == "YUYV" else pairs[:, :, ::-1], "YUYV", size)
