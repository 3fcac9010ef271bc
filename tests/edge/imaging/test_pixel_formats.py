"""YCbCr to RGB, compared with published colour bars and with each other's layouts."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.pixel_formats import yuv_to_rgb

# 100 % colour bars in limited range: R'G'B' and Y, Cb, Cr. BT.601 is from SMPTE EG 1, BT.709 is
# computed by its item 3.5.
BARS = {
    "601": [
        ((255, 255, 255), (235, 128, 128)),
        ((255, 255, 0), (210, 16, 146)),
        ((0, 255, 255), (170, 166, 16)),
        ((0, 255, 0), (145, 54, 34)),
        ((255, 0, 255), (106, 202, 222)),
        ((255, 0, 0), (81, 90, 240)),
        ((0, 0, 255), (41, 240, 110)),
        ((0, 0, 0), (16, 128, 128)),
    ],
    "709": [
        ((255, 255, 0), (219, 16, 138)),
        ((0, 255, 0), (173, 42, 26)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 0, 255), (32, 240, 118)),
    ],
}


def nv12(luma: int, blue: int, red: int) -> np.ndarray:
    """Return an image of one colour, 4 x 2 pixels."""
    return np.array([[luma] * 4, [luma] * 4, [blue, red] * 2], np.uint8)


@pytest.mark.parametrize("standard", BARS)
def test_published_colour_bars_are_converted_correctly(standard):
    for rgb, levels in BARS[standard]:
        pixels = yuv_to_rgb(nv12(*levels), "NV12", (4, 2), standard=standard)
        assert pixels.shape == (2, 4, 3)
        assert pixels.dtype == np.uint8
        assert np.abs(pixels.astype(int) - rgb).max() <= 2, (rgb, levels)


def test_full_range_is_that_of_jpeg():
    for colour in [(220, 20, 30), (20, 30, 220), (250, 250, 250), (3, 3, 3), (90, 160, 40)]:
        levels = Image.new("RGB", (1, 1), colour).convert("YCbCr").getpixel((0, 0))
        pixels = yuv_to_rgb(nv12(*levels), "NV12", (4, 2), full=True)
        assert np.abs(pixels.astype(int) - colour).max() <= 2, colour


def test_levels_outside_rgb_are_clipped():
    assert yuv_to_rgb(nv12(255, 255, 255), "NV12", (4, 2)).max() == 255
    assert yuv_to_rgb(nv12(0, 0, 0), "NV12", (4, 2)).min() == 0


def test_every_layout_gives_each_pixel_its_own_colour():
    """The top is red and blue, the bottom black; padding would show as green."""
    red, blue, black = BARS["601"][5][1], BARS["601"][6][1], BARS["601"][7][1]
    places = np.array([[red] * 4 + [blue] * 4] * 2 + [[black] * 8] * 2, np.uint8)  # 4 x 8
    luma, cb, cr = places[:, :, 0], places[:, :, 1], places[:, :, 2]
    expected = yuv_to_rgb(np.stack([luma, np.where(np.arange(8) % 2, cr, cb)], 2), "YUYV", (8, 4))
    assert np.abs(expected[0, 0].astype(int) - (255, 0, 0)).max() <= 2
    assert np.abs(expected[0, 7].astype(int) - (0, 0, 255)).max() <= 2
    assert expected[3].max() <= 2

    padded = np.zeros((6, 12), np.uint8)
    padded[:4, :8] = luma
    padded[4:].reshape(2, 2, 6)[:, :, :4] = cb[::2, ::2], cr[::2, ::2]
    assert np.array_equal(yuv_to_rgb(padded, "YUV420", (8, 4)), expected)

    padded = np.zeros((6, 12), np.uint8)
    padded[:4, :8] = luma
    padded[4:, :8] = np.stack([cb[::2, ::2], cr[::2, ::2]], 2).reshape(2, 8)
    assert np.array_equal(yuv_to_rgb(padded, "NV12", (8, 4)), expected)
    assert np.array_equal(yuv_to_rgb(padded[:, :8], "NV12", (8, 4)), expected)

    padded = np.zeros((4, 10, 2), np.uint8)
    padded[:, :8] = np.stack([luma, np.where(np.arange(8) % 2, cr, cb)], 2)
    assert np.array_equal(yuv_to_rgb(padded, "YUYV", (8, 4)), expected)
