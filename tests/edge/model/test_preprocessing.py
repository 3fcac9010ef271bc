"""Preprocessing: crop, scale, grey and contrast, as the contract says."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

from emotion_edge.imaging.regions import Region, scale_region
from emotion_edge.model.preprocessing import adjust_contrast, preprocess, scale
from tests.edge.models import CONTRACT


@pytest.mark.parametrize(("rows", "columns"), [(8, 24), (24, 8)])
def test_the_center_is_cropped_and_not_stretched(rows, columns):
    picture = np.zeros((rows, columns, 3), np.uint8)
    picture[rows // 2 - 4 : rows // 2 + 4, columns // 2 - 4 : columns // 2 + 4] = (10, 20, 30)
    assert (preprocess(picture, CONTRACT) == (10, 20, 30)).all()


def test_a_picture_of_the_right_size_is_unchanged():
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    assert np.array_equal(preprocess(picture, CONTRACT), picture)


def test_the_order_of_channels_is_kept():
    picture = np.full((30, 20, 3), (10, 20, 30), np.uint8)
    assert (preprocess(picture, CONTRACT) == (10, 20, 30)).all()


def test_downscaling_averages_pixels():
    board = np.indices((64, 64)).sum(axis=0) % 2 * 255
    small = preprocess(np.repeat(board[..., None], 3, axis=2).astype(np.uint8), CONTRACT)
    assert np.abs(small.astype(int) - 127).max() < 10


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 50), (50, 1), (3, 1000)])
def test_unusual_sizes_are_accepted(rows, columns):
    small = preprocess(np.full((rows, columns, 3), 77, np.uint8), CONTRACT)
    assert small.shape == (8, 8, 3)
    assert small.dtype == np.uint8
    assert (small == 77).all()


def test_the_input_need_not_be_square():
    contract = replace(CONTRACT, width=16, height=4)
    assert preprocess(np.zeros((100, 100, 3), np.uint8), contract).shape == (4, 16, 3)


def test_grey_is_luma_and_a_grey_picture_is_unchanged():
    contract = replace(CONTRACT, color_space="GRAYSCALE")
    assert contract.input_shape == (8, 8, 1)
    colours = np.zeros((8, 8, 3), np.uint8)
    colours[:4], colours[4:] = (200, 100, 50), (10, 20, 250)
    grey = preprocess(colours, contract)
    assert grey.shape == (8, 8, 1)
    assert grey.dtype == np.uint8
    luma = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
    assert np.abs(grey[..., 0] - colours @ luma).max() <= 0.5 + 1e-6
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8, 1) * 4
    assert np.array_equal(preprocess(levels.repeat(3, axis=2), contract), levels)


def test_contrast_is_stretched_to_the_full_range():
    contract = replace(CONTRACT, contrast="stretch", width=32, height=32)
    grey = replace(contract, color_space="GRAYSCALE")
    dull = np.linspace(60, 110, 32 * 32).round().astype(np.uint8).reshape(32, 32, 1).repeat(3, 2)
    stretched = preprocess(dull, grey)
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert np.mean(stretched == 0) == pytest.approx(0.02, abs=0.02)
    assert (np.diff(stretched.ravel().astype(int)) >= 0).all()
    assert preprocess(dull, contract).shape == (32, 32, 3)
    flat = np.full((32, 32, 3), 90, np.uint8)
    assert np.array_equal(preprocess(flat, grey), flat[..., :1])


@pytest.mark.parametrize("channels", [1, 3])
def test_contrast_is_that_of_pillow_bit_for_bit(channels):
    contract = replace(CONTRACT, contrast="stretch")
    for image in varied_images(channels):
        picture = Image.fromarray(image if channels == 3 else image[..., 0])
        expected = ImageOps.autocontrast(picture, cutoff=1, preserve_tone=True)
        adjusted = adjust_contrast(image, contract)
        assert adjusted.dtype == np.uint8
        assert np.array_equal(adjusted, np.asarray(expected).reshape(image.shape))


def varied_images(channels):
    """Yield random images: flat, of few levels, noisy in a range, and normally distributed."""
    random = np.random.default_rng(0)
    for _ in range(250):
        shape = (*random.integers(1, 70, 2), channels)
        low, high = sorted(random.integers(0, 256, 2))
        normal = random.normal(low, 1 + high / 4, shape)
        for image in (
            np.full(shape, low),
            random.choice(random.integers(0, 256, 3), shape),
            random.integers(low, high + 1, shape),
            normal.clip(0, 255),
        ):
            yield image.astype(np.uint8)


def test_without_a_stretch_the_image_is_the_scaled_region():
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    region = Region(30.5, 20, 25, 25, 12)
    expected = scale_region(picture, region, 8, 8, grey=False)
    assert np.array_equal(scale(picture, CONTRACT, region), expected)
    assert np.array_equal(preprocess(picture, CONTRACT, region), expected)


@pytest.mark.parametrize(("width", "height", "side"), [(24, 12, (40, 20)), (12, 24, (20, 40))])
def test_of_a_region_the_middle_of_the_inputs_proportions_is_taken(width, height, side):
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    contract = replace(CONTRACT, width=width, height=height, color_space="GRAYSCALE")
    expected = scale_region(picture, Region(40, 30, *side, 7), width, height, grey=True)
    assert np.array_equal(scale(picture, contract, Region(40, 30, 40, 40, 7)), expected)
