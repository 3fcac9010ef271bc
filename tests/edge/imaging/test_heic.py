"""HEIC pictures of phones are read whole, if pillow-heif is installed."""

import struct
from io import BytesIO
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from emotion_edge.imaging.image_files import ImageError, read_image
from emotion_edge.imaging.picture_formats import picture_format
from tests.edge.pictures import quadrants

COLUMNS, ROWS, SIDE = 3, 2, 64


def _box(kind, *parts, version=None):
    """Return a box of ISO/IEC 14496-12; a full one if it has a version."""
    content = b"" if version is None else struct.pack(">L", version << 24)
    content += b"".join(parts)
    return struct.pack(">L", 8 + len(content)) + kind + content


def _find_box(content, kind):
    """Return the first box of a kind, whole."""
    start = content.index(kind) - 4
    return content[start : start + struct.unpack(">L", content[start : start + 4])[0]]


def _tile(pillow_heif, colour):
    """Return a tile's decoder configuration and its HEVC data, as an encoder made them."""
    file = BytesIO()
    picture = Image.new("RGB", (SIDE, SIDE), colour)
    pillow_heif.from_pillow(picture).save(file, quality=90)
    content = file.getvalue()
    data = _find_box(content, b"mdat")[8:]
    return _find_box(content, b"hvcC"), data


class _Structure(NamedTuple):
    """The parts of a meta box: what the items are, and how they belong together."""

    items: list
    infos: list
    tiles_of_grid: bytes
    properties: bytes
    links: list

    def meta(self, start):
        """Return the meta box of a file whose items' data begin at `start`."""
        places = b""
        for number, _, data in self.items:
            places += struct.pack(">HHHLL", number, 0, 1, start, len(data))
            start += len(data)
        count = len(self.items)
        associations = _box(b"ipma", struct.pack(">L", count), *self.links, version=0)
        return _box(
            b"meta",
            _box(b"hdlr", bytes(4) + b"pict" + bytes(13), version=0),
            _box(b"pitm", struct.pack(">H", count), version=0),
            _box(b"iloc", struct.pack(">BBH", 0x44, 0, count), places, version=0),
            _box(b"iinf", struct.pack(">H", count), *self.infos, version=0),
            _box(b"iref", _box(b"dimg", self.tiles_of_grid), version=0),
            _box(b"iprp", self.properties, associations),
            version=0,
        )


def _tiled_heic(tiles):
    """Return a HEIC file whose picture is a grid of tiles, as phones write it: ISO/IEC 23008-12."""
    count = len(tiles)
    grid = struct.pack(">BBBBHH", 0, 0, ROWS - 1, COLUMNS - 1, COLUMNS * SIDE, ROWS * SIDE)
    items = [(i, b"hvc1", data) for i, (_, data) in enumerate(tiles, 1)]
    items.append((count + 1, b"grid", grid))
    infos = [
        _box(b"infe", struct.pack(">HH4sB", number, 0, kind, 0), version=2)
        for number, kind, _ in items
    ]
    properties = _box(
        b"ipco",
        _box(b"ispe", struct.pack(">LL", SIDE, SIDE), version=0),
        tiles[0][0],
        _box(b"ispe", struct.pack(">LL", COLUMNS * SIDE, ROWS * SIDE), version=0),
    )
    links = [struct.pack(">HBBB", number, 2, 1, 0x82) for number in range(1, count + 1)]
    links.append(struct.pack(">HBB", count + 1, 1, 3))
    tiles_of_grid = struct.pack(f">HH{count}H", count + 1, count, *range(1, count + 1))

    structure = _Structure(items, infos, tiles_of_grid, properties, links)
    brands = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    start = len(brands) + len(structure.meta(0)) + 8
    return brands + structure.meta(start) + _box(b"mdat", *(data for _, _, data in items))


def test_the_whole_of_a_tiled_picture_is_read(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    colours = [(30 + 40 * i, 200 - 30 * i, 90) for i in range(COLUMNS * ROWS)]
    (tmp_path / "IMG_0001.HEIC").write_bytes(
        _tiled_heic([_tile(pillow_heif, colour) for colour in colours])
    )
    pixels = read_image(tmp_path / "IMG_0001.HEIC")
    assert pixels.shape == (ROWS * SIDE, COLUMNS * SIDE, 3)
    middles = pixels[SIDE // 2 :: SIDE, SIDE // 2 :: SIDE].reshape(-1, 3)
    assert np.abs(middles.astype(int) - colours).max() < 12


def test_a_picture_is_read_under_any_name(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.from_pillow(Image.fromarray(quadrants())).save(tmp_path / "photo.heic", quality=95)
    (tmp_path / "photo.heic").rename(tmp_path / "photo.jpg")
    assert picture_format(tmp_path / "photo.jpg") == "HEIF"
    difference = read_image(tmp_path / "photo.jpg").astype(int) - quadrants()
    assert np.abs(difference).mean() < 6


def test_without_pillow_heif_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    with pytest.raises(ImageError, match=r"HEIC picture; install emotion-edge\[heic\]"):
        read_image(tmp_path / "photo.heic")
