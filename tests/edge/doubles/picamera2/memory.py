"""A camera's frame buffers, and the arrays that picamera2 makes from them."""

import numpy as np
from PIL import Image

PIXEL = {"BGR888": 3, "RGB888": 3, "XBGR8888": 4, "XRGB8888": 4, "YUV420": 1, "NV12": 1, "YUYV": 2}
ORDER = {"BGR888": "RGB", "RGB888": "BGR", "XBGR8888": "RGBX", "XRGB8888": "BGRX"}
YUV = ("YUV420", "NV12", "YUYV")
LUMA = {"Rec601": (0.299, 0.587, 0.114), "Rec709": (0.2126, 0.7152, 0.0722)}


def stride_of(layout: str, width: int, align: int) -> int:
    """Return the bytes per row; in YUV420 the chroma rows must be aligned as well."""
    align *= 2 if layout == "YUV420" else 1
    return -(-width * PIXEL[layout] // align) * align


def length_of(layout: str, height: int, stride: int) -> int:
    return stride * (height * 3 // 2 if layout in ("YUV420", "NV12") else height)


def view(scene: Image.Image, main: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Return the sensor's view, cropped to the main stream's aspect ratio and scaled to `size`."""
    width = min(scene.width, scene.height * main[0] / main[1])
    height = width * main[1] / main[0]
    left, top = (scene.width - width) / 2, (scene.height - height) / 2
    box = (left, top, left + width, top + height)
    return np.asarray(scene.resize(size, Image.Resampling.NEAREST, box=box))


def fill(layout: str, pixels: np.ndarray, stride: int, space: tuple[str, str]) -> np.ndarray:
    """Return the buffer of a (rows, columns, 3) uint8 RGB image; padding bytes are 0xAA."""
    height, width = pixels.shape[:2]
    if layout in ORDER:
        full = np.concatenate([pixels, np.full((height, width, 1), 255, np.uint8)], axis=2)
        rows = full[:, :, ["RGBX".index(name) for name in ORDER[layout]]].reshape(height, -1)
        return _padded(rows, stride).ravel()
    luma, blue, red = _yuv(pixels, *space)
    if layout == "YUYV":
        pairs = np.stack([luma[:, ::2], blue[:, ::2], luma[:, 1::2], red[:, ::2]], axis=2)
        return _padded(pairs.reshape(height, -1), stride).ravel()
    blue, red = blue[::2, ::2], red[::2, ::2]
    if layout == "NV12":
        chroma = _padded(np.stack([blue, red], axis=2).reshape(height // 2, -1), stride)
    else:
        chroma = np.concatenate([_padded(plane, stride // 2) for plane in (blue, red)])
    return np.concatenate([_padded(luma, stride).ravel(), chroma.ravel()])


def array_of(buffer: np.ndarray, config: dict) -> np.ndarray:
    """Return picamera2's array, which has its padding cut off except in YUV420."""
    layout, (width, height), stride = config["format"], config["size"], config["stride"]
    if layout == "YUV420":
        return buffer.reshape(height * 3 // 2, stride).copy()
    if layout == "NV12":
        return buffer.reshape(height * 3 // 2, stride)[:, :width].copy()
    if layout == "YUYV":
        return buffer.reshape(height, stride // 2, 2).copy()
    rows = buffer.reshape(height, stride)[:, : width * PIXEL[layout]]
    return rows.reshape(height, width, PIXEL[layout]).copy()


def _padded(rows: np.ndarray, stride: int) -> np.ndarray:
    return np.pad(rows, ((0, 0), (0, stride - rows.shape[1])), constant_values=0xAA)


def _yuv(pixels: np.ndarray, encoding: str, span: str) -> list[np.ndarray]:
    shares = np.array(LUMA[encoding])
    rgb = pixels / 255
    luma = rgb @ shares
    blue = (rgb[:, :, 2] - luma) / (2 - 2 * shares[2])
    red = (rgb[:, :, 0] - luma) / (2 - 2 * shares[0])
    scale, black, chroma = (255, 0, 255) if span == "Full" else (219, 16, 224)
    planes = (black + scale * luma, 128 + chroma * blue, 128 + chroma * red)
    return [plane.round().clip(0, 255).astype(np.uint8) for plane in planes]
