"""Pictures of any size need little memory and time: each is decoded in a process of its own."""

import re
import struct
import subprocess
import sys
import time
import zlib
from io import BytesIO

import pytest
from PIL import Image

from emotion_edge.imaging.image_files import ImageError, read_image, read_picture
from tests.edge.waiting import PROMPT_S

# The program itself takes about 40 MB.
PROGRAM = """
import re, sys
from pathlib import Path
from emotion_edge.imaging.image_files import ImageError, read_picture
try:
    picture = read_picture(Path(sys.argv[1]))
    print(*picture.pixels.shape, picture.reduction)
except ImageError as error:
    print(error)
print(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def _read_alone(path):
    """Return what a new process says of a picture, and its largest resident memory in MB."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, path], capture_output=True, text=True, check=True
    )
    said, kilobytes = result.stdout.splitlines()
    return said, int(kilobytes) / 1000


def _webp_bomb(path):
    """Write 34 bytes that claim 200 megapixels: a lossless WebP of one colour."""
    Image.new("RGB", (16383, 12268)).save(path, lossless=True, method=0)
    assert path.stat().st_size < 100


def _tiff_of_values(path, copies=20_000):
    """Write a TIFF whose directory lists the same 64 KB again and again."""
    entries = b"".join(struct.pack("<HHLL", 256 + i, 7, 65_000, 8) for i in range(copies))
    content = b"II*\0" + struct.pack("<L", 70_000)
    path.write_bytes(content.ljust(70_000, b"x") + struct.pack("<H", copies) + entries)


def _exif_of_values(path):
    """Write a JPEG whose EXIF data, of several segments, list the same bytes again and again."""
    Image.new("RGB", (40, 30)).save(path)
    picture = path.read_bytes()
    count = 16_000
    entries = b"".join(struct.pack("<HHLL", 1 + i, 7, 200_000, 0) for i in range(count))
    exif = b"II*\0" + struct.pack("<L", 8) + struct.pack("<H", count) + entries
    exif = exif.ljust(200_100, b"x")
    parts = [exif[i : i + 65_000] for i in range(0, len(exif), 65_000)]
    segments = (b"Exif\0\0" + part for part in parts)
    marked = (b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in segments)
    # Without the resolution in JFIF, Pillow looks for it in the EXIF data.
    path.write_bytes(picture[:2] + b"".join(marked) + picture[20:])


def _png_of_text(path):
    """Write a PNG with a compressed text of 500 MB."""
    Image.new("RGB", (40, 30)).save(path)
    picture = path.read_bytes()
    compressor = zlib.compressobj(9)
    text = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(500)) + compressor.flush()
    chunk = b"zTXtkey\0\0" + text
    chunk = struct.pack(">L", len(chunk) - 4) + chunk + struct.pack(">L", zlib.crc32(chunk))
    path.write_bytes(picture[:33] + chunk + picture[33:])


BOMBS = {
    "bits.png": lambda path: Image.new("1", (20_000, 20_000)).save(path),
    "palette.png": lambda path: Image.new("P", (14_170, 14_170)).save(path, transparency=0),
    "flat.webp": _webp_bomb,
    "flat.gif": lambda path: Image.new("P", (60_000, 10_000)).save(path),
    "flat.tiff": lambda path: Image.new("1", (60_000, 60_000)).save(path, compression="group4"),
    "values.tiff": _tiff_of_values,
    "values.jpg": _exif_of_values,
    "text.png": _png_of_text,
    "line.png": lambda path: Image.new("L", (2_000_000, 1)).save(path),
    "column.tiff": lambda path: Image.new("L", (1, 70_000)).save(path),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_decompression_bomb_is_refused_before_it_fills_memory(name, tmp_path):
    BOMBS[name](tmp_path / name)
    said, megabytes = _read_alone(tmp_path / name)
    assert not said[0].isdigit(), said
    assert megabytes < 120


def test_the_limit_is_said_and_can_be_raised(tmp_path):
    Image.new("L", (1000, 1000)).save(tmp_path / "photo.png")
    assert read_image(tmp_path / "photo.png", max_megapixels=1).shape == (1000, 1000, 3)
    with pytest.raises(ImageError, match=r"1000 x 1000 pixels, more than 0\.9 megapixels"):
        read_image(tmp_path / "photo.png", max_megapixels=0.9)


@pytest.mark.parametrize("options", [{}, {"progressive": True, "subsampling": 0}])
def test_a_photograph_of_48_megapixels_is_decoded_at_half_its_sides(options, tmp_path):
    Image.radial_gradient("L").convert("RGB").resize((8000, 6000)).save(
        tmp_path / "photo.jpg", **options
    )
    said, megabytes = _read_alone(tmp_path / "photo.jpg")
    assert said == "3000 4000 3 2"
    assert megabytes < 450


def test_a_transparent_palette_png_of_12_megapixels_needs_its_pixels_and_little_more(tmp_path):
    Image.new("P", (4000, 3000)).save(tmp_path / "photo.png", transparency=0, compress_level=1)
    said, megabytes = _read_alone(tmp_path / "photo.png")
    assert said == "3000 4000 3 1"
    assert megabytes < 150


def test_pictures_that_pillow_decodes_slowly_have_a_lower_limit(tmp_path):
    (tmp_path / "photo.pgm").write_bytes(b"P2 2000 2000 255\n" + b"7 " * 4_000_000)
    with pytest.raises(ImageError, match="more than 3"):
        read_image(tmp_path / "photo.pgm")
    (tmp_path / "photo.pgm").write_bytes(b"P5 2000 2000 255\n" + b"7" * 4_000_000)
    assert read_image(tmp_path / "photo.pgm").shape == (2000, 2000, 3)


def test_only_pictures_above_the_limit_are_reduced(tmp_path):
    Image.radial_gradient("L").resize((1000, 800)).save(tmp_path / "photo.jpg")
    reductions = [
        read_picture(tmp_path / "photo.jpg", limit)[1] for limit in (0.8, 0.79, 0.2, 0.19)
    ]
    assert reductions == [1, 2, 2, 4]
    with pytest.raises(ImageError, match="too large"):
        read_picture(tmp_path / "photo.jpg", 0.09)


def test_a_jpeg_whose_colours_come_one_after_the_other_is_as_limited_as_a_progressive_one(tmp_path):
    picture = BytesIO()
    Image.new("RGB", (8000, 8000)).save(picture, "JPEG", progressive=True)
    content = bytearray(picture.getvalue())
    frame = re.search(rb"\xff\xc2", content).start()
    content[frame + 1] = 0xC0  # its first scan has only one colour
    scan = content.index(b"\xff\xda", frame)
    content[scan + 4] = 1
    (tmp_path / "photo.jpg").write_bytes(content)
    with pytest.raises(ImageError, match="more than 50 megapixels"):
        read_image(tmp_path / "photo.jpg")


def test_a_jpeg_of_thousands_of_empty_scans_is_refused_at_once(tmp_path):
    picture = BytesIO()
    Image.new("L", (5000, 5000)).save(picture, "JPEG", progressive=True)
    content = picture.getvalue()
    scan = content[content.rindex(b"\xff\xda") : -2]
    (tmp_path / "photo.jpg").write_bytes(content[:-2] + 5000 * scan + content[-2:])
    start = time.monotonic()
    with pytest.raises(ImageError, match="more than 100 scans"):
        read_image(tmp_path / "photo.jpg")
    assert time.monotonic() - start < PROMPT_S
