"""Regions that are turned level: where their pixels come from, and how sharp they are."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from emotion_edge.faces.quality import sharpness
from emotion_edge.imaging.regions import Region, scale_region


@pytest.mark.parametrize("tilt", [-150, -30, -5, 3, 20, 45, 90])
@pytest.mark.parametrize("side", [120, 48, 30])
def test_turning_by_the_tilt_levels_a_drawn_face(tilt, side):
    upright = np.zeros((200, 200, 3), np.uint8)
    upright[86:94, 66:74, 0] = upright[86:94, 126:134, 2] = 255  # a red and a blue eye
    upright[116:124, 96:104, 1] = 255  # a green nose
    turned = np.asarray(Image.fromarray(upright).rotate(-tilt, Image.Resampling.BICUBIC))
    level = scale_region(turned, Region(100, 100, 120, 120, tilt), side, side, grey=False)
    for channel, place in enumerate([(0.25, 5 / 12), (0.5, 2 / 3), (0.75, 5 / 12)]):
        weights = level[..., channel].astype(float).ravel()
        centres = np.indices((side, side)).reshape(2, -1) + 0.5
        y, x = np.average(centres, axis=1, weights=weights)
        assert (x / side, y / side) == pytest.approx(place, abs=0.5 / side)


@pytest.mark.parametrize("tilt", [0, 0.5, 10, -100])
def test_a_turned_region_has_the_contrast_of_a_level_one(tilt):
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    wide = np.asarray(Image.fromarray(noise).resize((400, 300), Image.Resampling.BICUBIC))
    disc = np.hypot(*(np.indices((300, 400)) - np.array([150, 200])[:, None, None])) < 60
    wide = np.where(disc[..., np.newaxis], 255, wide // 4).astype(np.uint8)
    level = scale_region(wide, Region(200, 150, 160, 160), 48, 48, grey=True)
    turned = scale_region(wide, Region(200, 150, 160, 160, tilt), 48, 48, grey=True)
    # A disc looks alike from everywhere.
    middle = np.s_[12:36, 12:36]
    assert np.abs(level[middle].astype(int) - turned[middle]).mean() < 2
    assert turned.std() == pytest.approx(level.std(), rel=0.03)


@pytest.mark.parametrize("tilt", [2, 10, 20, 45])
@pytest.mark.parametrize("side", [60, 130])
def test_turning_blurs_a_photograph_little(side, tilt):
    upright = data.astronaut()
    picture = Image.fromarray(upright)
    turned = np.asarray(picture.rotate(-tilt, Image.Resampling.BICUBIC, center=(224, 125)))
    level = scale_region(upright, Region(224, 125, side, side), 48, 48, grey=True)
    again = scale_region(turned, Region(224, 125, side, side, tilt), 48, 48, grey=True)
    assert 0.85 < sharpness(again) / sharpness(level) < 1.3


@pytest.mark.parametrize("tilt", [0, 12, 45, -100])
@pytest.mark.parametrize(("side", "size"), [(10, 3), (10, 8), (10, 24), (20, 6), (37, 12)])
def test_a_slope_stays_a_slope(side, size, tilt):
    slope = np.empty((200, 200, 3), np.uint8)
    slope[:] = np.arange(200)[:, np.newaxis]
    scaled = scale_region(slope, Region(95, 100, side, side, tilt), size, size, grey=True)
    down, across = (np.indices((size, size)) + 0.5) / size - 0.5
    angle = np.radians(tilt)
    expected = 94.5 + side * (across * np.cos(angle) - down * np.sin(angle))
    assert scaled[..., 0] == pytest.approx(expected, abs=1.5)


def test_no_corner_of_a_turned_region_is_filled_with_black():
    white = np.full((60, 80, 3), 255, np.uint8)
    random = np.random.default_rng(1)
    for _ in range(1000):
        x, y = random.uniform(-10, 90, 2)
        region = Region(x, y, *random.uniform(1, 70, 2), random.uniform(-180, 180))
        assert scale_region(white, region, 13, 9, grey=True).min() == 255
