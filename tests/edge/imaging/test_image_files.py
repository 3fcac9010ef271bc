"""Image files of every kind decode upright and to RGB, or fail with a reason."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import ImageError, read_image
from tests.edge.pictures import ORIENTATION, quadrants, solid

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
    "deep.tiff": (Image.new("I;16", (40, 30), 200 * 257), (200, 200, 200)),
    "bytes.tiff": (Image.new("I", (40, 30), 200), (200, 200, 200)),
    "fractions.tiff": (Image.new("F", (40, 30), 200 / 255), (200, 200, 200)),
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
    "a small copy in a raw file": (
        lambda path: Image.fromarray(solid("red")).save(path, "TIFF", tiffinfo={254: 1}),
        "a raw file of a camera",
    ),
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
