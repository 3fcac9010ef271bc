"""picamera2's arrays, in whatever format a camera gives, to RGB."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from emotion_edge.capture.camera import CameraError
from emotion_edge.imaging.pixel_formats import yuv_to_rgb

# Which bytes of a pixel are R, G and B. The names are read backwards (picamera2's manual, 4.2.2):
# what is called RGB888 lies in memory as B, G, R.
_CHANNELS = {
    "BGR888": np.s_[:, :, :],
    "RGB888": np.s_[:, :, ::-1],
    "XBGR8888": np.s_[:, :, :3],
    "XRGB8888": np.s_[:, :, 2::-1],
    "MJPEG": np.s_[:, :, :],  # decoded by picamera2
}


def to_rgb(
    array: npt.NDArray[np.uint8], config: Mapping[str, Any], space: Any
) -> npt.NDArray[np.uint8]:
    """Return (rows, columns, 3) uint8 RGB of what `make_array` gives.

    config: the stream's size, format and stride in bytes. space: libcamera's colour space, or None.
    Raises CameraError for a format that we cannot read, and where array and configuration differ.
    """
    layout, (width, height), stride = config["format"], config["size"], config["stride"]
    shapes = {
        "YUV420": (height * 3 // 2, stride),  # with the padding
        "NV12": (height * 3 // 2, width),
        "YUYV": (height, stride // 2, 2),
    }
    channels = 4 if layout.startswith("X") else 3
    expected = shapes.get(layout, (height, width, channels))
    if layout not in _CHANNELS and layout not in shapes:
        raise CameraError(f"it gives {layout}, which is not read here")
    if array.shape != expected:
        raise CameraError(
            f"an array of {array.shape} instead of {expected} for {layout} of {width} x {height} "
            f"with rows of {stride} bytes"
        )
    if layout in _CHANNELS:
        return np.ascontiguousarray(array[_CHANNELS[layout]])
    return yuv_to_rgb(array, layout, (width, height), **_colours(space))


def _colours(space: Any) -> dict[str, Any]:
    """Return a colour space in the words of `yuv_to_rgb`.

    Unless told otherwise picamera2 asks for SMPTE 170M below 1280 x 720, which has the matrix of
    BT.601, and for BT.709 above, both of limited range; Linux takes what does not say for the
    former (V4L2_MAP_YCBCR_ENC_DEFAULT, V4L2_MAP_QUANTIZATION_DEFAULT).
    """
    if space is None:
        return {}
    standard = "709" if space.ycbcrEncoding.name == "Rec709" else "601"
    return {"standard": standard, "full": space.range.name == "Full"}
