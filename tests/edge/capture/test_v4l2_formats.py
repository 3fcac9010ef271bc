"""Formats of webcams, as V4L2 lays them out, and which of them a driver is asked for."""

import numpy as np
import pytest
from linuxpy.video import device as linuxpy
from PIL import Image

from emotion_edge.capture.camera import CameraError
from emotion_edge.capture.v4l2_formats import decode
from emotion_edge.capture.v4l2_webcam import _choose_format
from tests.edge.capture.test_v4l2_webcam import ASTRONAUT, frame_format, jpeg


def without_huffman_tables(picture: bytes) -> bytes:
    """Return a JPEG without its Huffman tables, which are standard; many webcams omit them."""
    parts, at = [picture[:2]], 2
    while picture[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
        if picture[at + 1] != 0xC4:
            parts.append(picture[at:end])
        at = end
    return b"".join([*parts, picture[at:]])


def test_mjpeg_is_decoded_with_and_without_huffman_tables():
    short = without_huffman_tables(jpeg())
    assert len(short) < len(jpeg())
    for frame in (jpeg(), short):
        pixels = decode(frame, frame_format("MJPEG"))
        assert pixels.shape == ASTRONAUT.shape
        assert np.abs(pixels.astype(int) - ASTRONAUT).mean() < 5


def test_yuyv_is_decoded_without_its_padding():
    luma, blue, red = np.asarray(Image.fromarray(ASTRONAUT).convert("YCbCr")).transpose(2, 0, 1)
    rows = np.stack([luma, np.where(np.arange(512) % 2, np.roll(red, 1, 1), blue)], 2)
    limited = rows.astype(float) * [219 / 255, 224 / 255] + [16, 16]
    limited[:, :, 1] = (rows[:, :, 1] - 128.0) * 224 / 255 + 128
    frame = np.pad(limited.round().astype(np.uint8).reshape(480, 1024), ((0, 0), (0, 64)))
    pixels = decode(frame.tobytes(), frame_format("YUYV", 1088))
    assert pixels.shape == ASTRONAUT.shape
    assert np.abs(pixels.astype(int) - ASTRONAUT).mean() < 5


def levels_of_video(pixels: np.ndarray = ASTRONAUT) -> list[np.ndarray]:
    """Y, Cb and Cr of BT.601 in limited range, each of the picture's size."""
    full = np.asarray(Image.fromarray(pixels).convert("YCbCr")).astype(float)
    limited = (full - [0, 128, 128]) * [219 / 255, 224 / 255, 224 / 255] + [16, 128, 128]
    return list(limited.round().astype(np.uint8).transpose(2, 0, 1))


def padded(rows: np.ndarray, stride: int) -> np.ndarray:
    """Rows of bytes, filled up to a length with levels that would show."""
    return np.pad(rows, ((0, 0), (0, stride - rows.shape[1])), constant_values=255)


@pytest.mark.parametrize("padding", [0, 64])
@pytest.mark.parametrize("name", ["UYVY", "NV12", "YUV420"])
def test_other_formats_of_video_are_decoded_without_their_padding(name, padding):
    luma, blue, red = levels_of_video()
    small_blue, small_red = blue[::2, ::2], red[::2, ::2]
    if name == "UYVY":
        pairs = np.stack([np.where(np.arange(512) % 2, np.roll(red, 1, 1), blue), luma], 2)
        planes = [padded(pairs.reshape(480, 1024), 1024 + padding)]
    elif name == "NV12":
        chroma = np.stack([small_blue, small_red], 2).reshape(240, 512)
        planes = [padded(luma, 512 + padding), padded(chroma, 512 + padding)]
    else:
        chromas = [padded(plane, 256 + padding // 2) for plane in (small_blue, small_red)]
        planes = [padded(luma, 512 + padding), *chromas]
    stride = planes[0].shape[1]
    frame = b"".join(plane.tobytes() for plane in planes)
    pixels = decode(frame + bytes(100), frame_format(name, stride))  # buffers may be longer
    assert pixels.shape == ASTRONAUT.shape
    assert np.abs(pixels.astype(int) - ASTRONAUT).mean() < 5
    assert decode(frame[:-1], frame_format(name, stride)) is None


def test_grey_pictures_become_rgb_without_their_padding():
    grey = np.asarray(Image.fromarray(ASTRONAUT).convert("L"))
    pixels = decode(padded(grey, 520).tobytes(), frame_format("GREY", 520))
    assert np.array_equal(pixels, np.stack([grey] * 3, 2))


class Choosing:
    """A driver that has some formats, and takes its first if it is asked for another."""

    def __init__(self, *names: str) -> None:
        self._names, self._chosen = names, names[0]

    def set_format(self, _width: int, _height: int, code: str) -> None:
        fourcc = int.from_bytes(code.encode(), "little")
        asked = linuxpy.PixelFormat(fourcc).name
        self._chosen = asked if asked in self._names else self._names[0]

    def get_format(self):
        return frame_format(self._chosen, 1024)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["YUYV", "MJPEG"], "MJPEG"),
        (["YUYV", "H264"], "YUYV"),
        (["H264", "SBGGR8", "UYVY"], "UYVY"),
        (["Y16", "NV12"], "NV12"),
        (["Y16", "GREY"], "GREY"),
        (["Y16", "YUV420"], "YUV420"),
    ],
)
def test_the_first_format_that_the_driver_has_is_chosen(names, chosen):
    assert _choose_format(Choosing(*names), (512, 480)).pixel_format.name == chosen


def test_a_webcam_without_a_format_that_is_read_is_an_error():
    with pytest.raises(CameraError, match="unsupported pixel format H264; it must be one of MJPEG"):
        _choose_format(Choosing("H264", "Y16"), (512, 480))


def test_damaged_frames_are_dropped():
    assert decode(b"", frame_format("MJPEG")) is None
    assert decode(jpeg()[:9000], frame_format("MJPEG")) is None
    assert decode(bytes(1024 * 480 - 1), frame_format("YUYV", 1024)) is None
    assert decode(bytes(1024 * 480), frame_format("YUYV", 1000)) is None
