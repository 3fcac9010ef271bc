"""Regions of a picture: cut out, turned level, scaled, and made grey."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.regions import (
    Region,
    crop_box,
    cut_surroundings,
    luma,
    scale_region,
    whole,
)

NOISE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


def random_regions(count: int = 300) -> Iterator[Region]:
    """Yield level and turned regions of all sizes, some of them partly outside of NOISE."""
    random = np.random.default_rng(1)
    for i in range(count):
        x, y = random.uniform(-10, 90, 2)
        width, height = random.uniform(1, 70, 2)
        yield Region(x, y, width, height, random.uniform(-180, 180) if i % 3 else 0.0)


def resized(pixels: np.ndarray, width: int, height: int, box: tuple | None = None) -> np.ndarray:
    picture = Image.fromarray(pixels)
    return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR, box=box))


@pytest.mark.parametrize(("width", "height"), [(8, 8), (24, 12), (90, 70)])
def test_a_level_region_equals_a_direct_resize(width, height):
    scaled = scale_region(NOISE, Region(45, 30, 50, 40), width, height, grey=False)
    assert np.array_equal(scaled, resized(NOISE[10:50, 20:70], width, height))
    # Of a pixel that is partly in the region, that part counts.
    scaled = scale_region(NOISE, Region(45.25, 30.5, 49.5, 40.5), width, height, grey=False)
    box = (0.5, 0.25, 50.0, 40.75)
    assert np.array_equal(scaled, resized(NOISE[10:51, 20:70], width, height, box))


def test_a_region_of_the_results_size_is_cut_out_as_it_is():
    scaled = scale_region(NOISE, Region(30, 20, 40, 20), 40, 20, grey=False)
    assert np.array_equal(scaled, NOISE[10:30, 10:50])
    assert np.array_equal(scale_region(NOISE, whole(NOISE), 80, 60, grey=False), NOISE)


def test_grey_first_is_the_luma_of_the_colour_result():
    for region in random_regions():
        grey = scale_region(NOISE, region, 16, 12, grey=True)
        colour = scale_region(NOISE, region, 16, 12, grey=False)
        assert grey.shape == (12, 16, 1)
        assert colour.shape == (12, 16, 3)
        assert grey.dtype == colour.dtype == np.uint8
        # Each is rounded up to five times.
        assert np.abs(grey[..., 0].astype(int) - luma(colour)).max() <= 2


def test_luma_is_that_of_itu_r_bt_601():
    weights = np.array([0.299, 0.587, 0.114])
    assert np.abs(luma(NOISE) - NOISE @ weights).max() <= 0.51
    assert np.array_equal(luma(NOISE[..., :1]), NOISE[..., 0])


@pytest.mark.parametrize(
    "region", [(78.6, 52.6, 9.2, 9.2), (42.2, 3.2, 5.6, 5.6), (14.3, 59.2, 11.6, 11.6)]
)
def test_sums_of_fractions_are_not_beyond_the_cut(region):
    assert scale_region(NOISE, Region(*region), 8, 8, grey=True).shape == (8, 8, 1)


@pytest.mark.parametrize(("left", "top"), [(-3, 2), (2, -3), (5, 4), (-9, -9), (20, 20), (1, 1)])
def test_border_pixels_are_repeated_outside_the_picture(left, top):
    pixels = NOISE[:8, :10]
    box = crop_box(pixels, left, top, left + 7, top + 6)
    padded = np.pad(pixels, ((30, 30), (30, 30), (0, 0)), mode="edge")
    assert np.array_equal(box, padded[30 + top : 36 + top, 30 + left : 37 + left])
    assert box.flags.c_contiguous  # Pillow is ten times slower on other arrays


def test_a_region_beyond_the_picture_is_that_of_a_picture_with_repeated_borders():
    padded = np.pad(NOISE, ((90, 90), (90, 90), (0, 0)), mode="edge")
    for region in random_regions():
        moved = region._replace(x=region.x + 90, y=region.y + 90)
        scaled = scale_region(NOISE, region, 12, 12, grey=True)
        assert np.array_equal(scaled, scale_region(padded, moved, 12, 12, grey=True))


def test_a_cut_has_the_pixels_that_a_region_needs_and_gives_the_same_result():
    for region in random_regions():
        around, inside = cut_surroundings(NOISE, region)
        left, top, right, bottom = region.surroundings()
        assert around.shape == (bottom - top, right - left, 3)
        assert cut_surroundings(around, inside)[0].shape == around.shape
        scaled = scale_region(around, inside, 12, 12, grey=True)
        assert np.array_equal(scaled, scale_region(NOISE, region, 12, 12, grey=True))


@pytest.mark.parametrize("picture", [(1, 1), (1, 50), (50, 1), (3, 4)])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (48, 48)])
def test_pictures_regions_and_results_of_one_pixel_are_accepted(picture, size):
    pixels = np.full((*picture, 3), 77, np.uint8)
    regions = [whole(pixels), Region(0.5, 0.5, 1, 1), Region(0, 0, 1, 3, 40), Region(9, 9, 2, 1)]
    for region in regions:
        for grey in (True, False):
            scaled = scale_region(pixels, region, *size, grey=grey)
            assert scaled.shape == (size[1], size[0], 1 if grey else 3)
            assert (scaled == 77).all()


@pytest.mark.parametrize(
    ("aspect", "expected"), [(1, (20, 20)), (2, (30, 15)), (1.5, (30, 20)), (0.5, (10, 20))]
)
def test_the_largest_region_of_a_ratio_has_the_same_centre_and_tilt(aspect, expected):
    fitted = Region(5, 6, 30, 20, 7).fit(aspect)
    assert fitted == (5, 6, *expected, 7)


PROGRAM = """
import re
from pathlib import Path
import numpy as np
from emotion_edge.imaging.regions import Region, scale_region
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
scale_region(np.zeros((60, 80, 3), np.uint8), Region(40, 30, 30, 30, 20), 48, 48, grey=True)
pixels = np.full((3000, 4000, 3), 90, np.uint8)
Path("/proc/self/clear_refs").write_text("5")
before = peak()
scale_region(pixels, {region}, 48, 48, grey=True)
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("region", "megabytes"),
    [
        ("Region(2000, 1500, 400, 400, 0)", 3),
        ("Region(2000, 1500, 400, 400, 30)", 5),
        ("Region(0, 0, 400, 400, -45)", 5),
        ("Region(2000, 1500, 3000, 3000)", 100),
    ],
)
def test_a_face_in_a_picture_of_12_megapixels_costs_the_memory_of_its_surroundings(
    region, megabytes
):
    program = PROGRAM.replace("{region}", region)
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert int(result.stdout) / 1000 < megabytes


def test_an_edge_on_a_pixels_edge_is_there_in_the_cut_as_well():
    """In sums of fractions an edge is a little beyond, where another pixel begins."""
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (78, 105, 3)).astype(np.uint8)
    for x, y, side in rng.integers(1, 999, (300, 3)) / np.array([10, 10, 10]):
        region = Region(x % 105, y % 78, side, side)
        around, inside = cut_surroundings(pixels, region)
        expected = scale_region(pixels, region, 20, 20, grey=True)
        assert np.array_equal(scale_region(around, inside, 20, 20, grey=True), expected)
