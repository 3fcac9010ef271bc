"""Image files of every kind decode upright and to RGB, or fail with a reason."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import ImageError, read_image
from tests.edge.pictures import solid

ORIENTATION = 0x0112  # the EXIF tag
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


def quadrants():
    """Return an image whose four corners differ, (40, 60, 3)."""
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:20, :30], picture[:20, 30:], picture[20:, :30] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    return picture


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


RED = Image.fromarray(solid("red"))


def _transparent():
    picture = RED.convert("RGBA")
    picture.putalpha(0)
    return picture


def _palette(transparent: bool):
    picture = Image.new("P", (40, 30))
    picture.putpalette([220, 20, 30])
    if transparent:
        picture.info["transparency"] = 0
    return picture


WHITE = (255, 255, 255)
PICTURES = {
    "photo.jfif": (RED, (220, 20, 30)),
    "photo.jpe": (RED, (220, 20, 30)),
    "photo.mpo": (RED, (220, 20, 30)),
    "photo.tif": (RED, (220, 20, 30)),
    "photo.gif": (RED, (220, 20, 30)),
    "photo.ppm": (RED, (220, 20, 30)),
    "photo.pgm": (Image.new("L", (40, 30), 90), (90, 90, 90)),
    "photo.tga": (RED, (220, 20, 30)),
    "photo.pcx": (RED, (220, 20, 30)),
    "photo.sgi": (RED, (220, 20, 30)),
    "rgb.png": (RED, (220, 20, 30)),
    "rgb.bmp": (RED, (220, 20, 30)),
    "rgb.webp": (RED, (220, 20, 30)),
    "rgb.jpg": (RED, (220, 20, 30)),
    "cmyk.jpg": (RED.convert("CMYK"), (220, 20, 30)),
    "grey.png": (Image.new("L", (40, 30), 90), (90, 90, 90)),
    "grey.jpg": (Image.new("L", (40, 30), 90), (90, 90, 90)),
    "grey-alpha.png": (Image.new("LA", (40, 30), (90, 0)), WHITE),
    "bits.png": (Image.new("1", (40, 30), 1), WHITE),
    "sixteen-bits.png": (Image.new("I;16", (40, 30), 200 * 257), (200, 200, 200)),
    "palette.png": (_palette(transparent=False), (220, 20, 30)),
    "palette-transparent.png": (_palette(transparent=True), WHITE),
    "opaque.png": (RED.convert("RGBA"), (220, 20, 30)),
    "see-through.png": (_transparent(), WHITE),
    "see-through.webp": (_transparent(), WHITE),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_of_picture_becomes_rgb(name, tmp_path):
    picture, expected = PICTURES[name]
    options = {"transparency": 0} if "transparency" in picture.info else {}
    picture.save(tmp_path / name, **options)
    pixels = read_image(tmp_path / name)
    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - expected).max() < 12  # JPEG, WebP and CMYK are not exact


def _truncate(path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:-500])


def _truncate_progressive(path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, "JPEG", progressive=True)
    path.write_bytes(path.read_bytes()[:-500])


UNREADABLE = {
    "a truncated JPEG": (_truncate, "truncated"),
    "an empty file": (lambda path: path.write_bytes(b""), "not a picture"),
    "a text file": (lambda path: path.write_text("hello"), "not a picture"),
    "a missing file": (lambda path: None, "No such file"),
    "a folder": (lambda path: path.mkdir(), "Is a directory"),
    "a named pipe": (os.mkfifo, "a named pipe, not a file"),
    "an EPS, which starts another program": (
        lambda path: Image.fromarray(solid("red")).save(path, "EPS"),
        "not a picture",
    ),
    "a progressive JPEG without its last scans": (_truncate_progressive, "truncated"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_unreadable_file_is_refused_with_the_reason(kind, tmp_path):
    make, expected = UNREADABLE[kind]
    make(tmp_path / "bad.jpg")
    with pytest.raises(ImageError, match=expected):
        read_image(tmp_path / "bad.jpg")


@pytest.mark.filterwarnings("ignore")  # Pillow warns about damage that it repairs
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tiff", "gif"])
def test_a_damaged_file_is_read_or_refused(suffix, tmp_path):
    path, random = tmp_path / f"picture.{suffix}", np.random.default_rng(0)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.fromarray(quadrants()).save(path, exif=exif)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    refused = 0
    for _ in range(200):
        damaged = whole.copy()
        damaged[random.integers(0, min(len(whole), 200), 3)] = random.integers(0, 256, 3)
        path.write_bytes(damaged.tobytes())
        try:
            assert read_image(path).dtype == np.uint8
        except ImageError:
            refused += 1
    assert refused > 0


READ = """
import sys
from pathlib import Path
from emotion_edge.imaging.image_files import *
try:
    read_image(Path(sys.argv[1]))
except ImageError as error:
    print(error)
"""


@pytest.mark.skipif(
    not shutil.which("setpriv"), reason="root may read everything; setpriv is missing"
)
def test_a_file_without_read_permission_is_refused(tmp_path):
    Image.fromarray(solid("red")).save(tmp_path / "secret.png")
    (tmp_path / "secret.png").chmod(0)
    # Root may read everything unless it drops these capabilities.
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    command = [*drop, sys.executable, "-c", READ, tmp_path / "secret.png"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "Permission denied\n"
