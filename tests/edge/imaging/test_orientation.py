"""Pictures are turned upright as their EXIF data say, in whatever format."""

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import read_image
from tests.edge.pictures import ORIENTATION, quadrants, solid

# How an upright image is stored with each orientation (EXIF 2.32, 4.6.4).
STORED_AS = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: np.rot90,
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", STORED_AS)
def test_a_photograph_is_turned_upright_as_its_exif_says(orientation, tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED_AS[orientation](quadrants())))
    stored.save(tmp_path / "photo.jpg", exif=exif, quality=95, subsampling=0)
    difference = read_image(tmp_path / "photo.jpg").astype(int) - quadrants()
    assert np.abs(difference).mean() < 5


@pytest.mark.parametrize("orientation", STORED_AS)
def test_a_tiff_is_turned_upright_once(orientation, tmp_path):
    stored = Image.fromarray(np.ascontiguousarray(STORED_AS[orientation](quadrants())))
    stored.save(tmp_path / "scan.tiff", tiffinfo={ORIENTATION: orientation})
    assert np.array_equal(read_image(tmp_path / "scan.tiff"), quadrants())


def test_a_large_picture_is_converted_in_strips_as_a_small_one(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (1100, 2000, 4), np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION] = 5
    Image.fromarray(noise).save(tmp_path / "large.png", exif=exif, compress_level=1)
    levels, alpha = noise[..., :3].astype(float), noise[..., 3:] / 255
    expected = (levels * alpha + 255 * (1 - alpha)).transpose(1, 0, 2)
    assert np.abs(read_image(tmp_path / "large.png") - expected).max() <= 1.5


def test_a_photograph_with_invalid_exif_is_turned_upright_too(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x011A] = 72.0  # the resolution, a fraction; its denominator becomes 0 below
    Image.fromarray(solid("red", 60, 40)).save(tmp_path / "photo.jpg", exif=exif)
    content = (tmp_path / "photo.jpg").read_bytes()
    broken = content.replace(
        (72).to_bytes(4, "big") + (1).to_bytes(4, "big"), b"\xff" * 4 + bytes(4)
    )
    assert broken != content
    (tmp_path / "photo.jpg").write_bytes(broken)
    assert read_image(tmp_path / "photo.jpg").shape == (60, 40, 3)
