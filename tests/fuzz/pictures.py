"""Pictures of all formats, damaged or of another size than they claim, read as `--source` does.

Some name the region of a face, often an absurd one; it is cut out as training does.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, features
from PIL.PngImagePlugin import PngInfo

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import ImageError, read_picture
from emotion_edge.imaging.regions import scale_region, whole
from tests.fuzz.mutation import mutate

_SIDES = (0, 1, 255, 4000, 5000, 16_383, 40_000, 65_500)
_ORIENTATION = 0x0112
_ODD_WORDS = (
    *("0", "-1", "1", "0.5", "1e6", "-1e6", "1e308", "1e-320", "nan", "inf", "9" * 5000, "1_0"),
    *("", "x", "\x1b[2J", "\0", "0x1", "3,5", "a" * 100_000),
)


def inputs(folder: Path, random: Random) -> Iterator[Path]:
    """Yield damaged pictures: their bytes, or only the size that the header gives."""
    pictures = list(_pictures())
    for number in range(2**31):
        suffix, content = random.choice(pictures)
        if random.random() < 0.1:
            suffix, content = "png", _with_face(random)
        resize = _RESIZED.get(suffix.split("-")[0])
        if resize and random.random() < 0.3:
            content = resize(content, random)
        if not resize or random.random() < 0.8:
            content = mutate(content, random)
        path = folder / f"picture-{number}.{suffix}"
        path.write_bytes(content)
        yield path


def try_input(path: Path) -> None:
    """Read the picture, and cut out its face."""
    try:
        picture = read_picture(path)
    except ImageError as error:
        raise UserError(f"{path}: {error}") from None
    face = picture.face or whole(picture.pixels)
    assert scale_region(picture.pixels, face, 48, 48, grey=True).shape == (48, 48, 1)


def _pictures() -> Iterator[tuple[str, bytes]]:
    """Yield the kind and content of a picture for each format and way of storing it."""
    photo = Image.radial_gradient("L").resize((120, 90)).convert("RGB")
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    kinds = {
        "jpg": (photo, "JPEG", {"exif": exif}),
        "jpg-progressive": (photo, "JPEG", {"progressive": True}),
        "jpg-cmyk": (photo.convert("CMYK"), "JPEG", {}),
        "mpo": (photo, "MPO", {"save_all": True, "append_images": [photo]}),
        "png": (photo, "PNG", {"exif": exif}),
        "png-palette": (photo.quantize(), "PNG", {"transparency": 3}),
        "png-animated": (photo, "PNG", {"save_all": True, "append_images": [photo.rotate(9)]}),
        "webp": (photo, "WEBP", {"exif": exif}),
        "webp-lossless": (photo.convert("RGBA"), "WEBP", {"lossless": True}),
        "webp-animated": (photo, "WEBP", {"save_all": True, "append_images": [photo.rotate(9)]}),
        "gif": (photo, "GIF", {"save_all": True, "append_images": [photo.rotate(9)]}),
        "bmp": (photo, "BMP", {}),
        "tiff": (photo, "TIFF", {"tiffinfo": {_ORIENTATION: 6}}),
        "tiff-lzw": (photo, "TIFF", {"compression": "tiff_lzw"}),
        "tiff-jpeg": (photo, "TIFF", {"compression": "jpeg"}),
        "tiff-fax": (photo.convert("1"), "TIFF", {"compression": "group4"}),
        "ppm": (photo, "PPM", {}),
        "tga": (photo, "TGA", {"compression": "tga_rle"}),
        "pcx": (photo, "PCX", {}),
        "sgi": (photo, "SGI", {}),
    }
    if features.check_codec("jpg_2000"):
        kinds["jp2"] = (photo, "JPEG2000", {})
    if "avif" in features.get_supported():
        kinds["avif"] = (photo, "AVIF", {})
    if find_spec("pillow_heif"):
        import_module("pillow_heif").register_heif_opener()
        kinds["heic"] = (photo, "HEIF", {})
    for suffix, (picture, format_, options) in kinds.items():
        picture.save(content := BytesIO(), format_, **options)
        yield suffix, content.getvalue()


def _with_face(random: Random) -> bytes:
    most = random.choice((60, 200, 10_000))
    words = [
        random.choice(_ODD_WORDS) if random.random() < 0.1 else str(random.uniform(-most / 4, most))
        for _ in range(random.choice((4, 5, 5, 5, 5, 5, 6)))
    ]
    text = PngInfo()
    text.add_text("face", " ".join(words), zip=random.random() < 0.5)
    size = random.choice(((120, 90), (1, 1), (48, 48), (3000, 2), (4000, 3000)))
    Image.new("L", size).save(content := BytesIO(), "PNG", pnginfo=text, compress_level=1)
    return content.getvalue()


def _resize_jpeg(content: bytes, random: Random) -> bytes:
    size = struct.pack(">HH", random.choice(_SIDES), random.choice(_SIDES))
    frame = re.compile(rb"(\xff[\xc0\xc2]\0.\x08)....", re.DOTALL)
    return frame.sub(lambda match: match[1] + size, content)


def _resize_png(content: bytes, random: Random) -> bytes:
    size = struct.pack(">LL", random.choice(_SIDES), random.choice(_SIDES))
    header = b"IHDR" + size + content[24:29]
    return content[:12] + header + struct.pack(">L", zlib.crc32(header)) + content[33:]


def _resize_gif(content: bytes, random: Random) -> bytes:
    size = struct.pack("<HH", random.choice(_SIDES), random.choice(_SIDES))
    return content[:6] + size + content[10:]


def _resize_bmp(content: bytes, random: Random) -> bytes:
    size = struct.pack("<ll", random.choice(_SIDES), random.choice((-1, 1)) * random.choice(_SIDES))
    return content[:18] + size + content[26:]


def _resize_tiff(content: bytes, random: Random) -> bytes:
    for tag in (256, 257):  # the width and the length
        start = content.index(struct.pack("<H", tag), int.from_bytes(content[4:8], "little"))
        side = random.choice(_SIDES)
        content = content[:start] + struct.pack("<HHLL", tag, 4, 1, side) + content[start + 12 :]
    return content


def _resize_webp(content: bytes, random: Random) -> bytes:
    side = struct.pack("<H", min(random.choice(_SIDES), 0x3FFF))
    start = random.choice((21, 24, 26, 27, 28))
    return content[:start] + side + content[start + 2 :]


def _resize_jp2(content: bytes, random: Random) -> bytes:
    start = content.index(b"\xff\x51")
    size = struct.pack(">LL", random.choice(_SIDES), random.choice(_SIDES))
    box = content.index(b"ihdr") + 4
    content = content[:box] + size[4:] + size[:4] + content[box + 8 :]
    return content[: start + 6] + size + content[start + 14 :]


def _resize_avif(content: bytes, random: Random) -> bytes:
    start = content.index(b"ispe") + 8
    size = struct.pack(">LL", random.choice(_SIDES), random.choice(_SIDES))
    return content[:start] + size + content[start + 8 :]


def _resize_ppm(content: bytes, random: Random) -> bytes:
    return content.replace(b"120 90", b"%d %d" % (random.choice(_SIDES), random.choice(_SIDES)))


def _resize_tga(content: bytes, random: Random) -> bytes:
    return content[:12] + _resize_gif(content[6:], random)[6:10] + content[16:]


_RESIZED: dict[str, Callable[[bytes, Random], bytes]] = {
    "jpg": _resize_jpeg,
    "mpo": _resize_jpeg,
    "png": _resize_png,
    "gif": _resize_gif,
    "bmp": _resize_bmp,
    "tiff": _resize_tiff,
    "webp": _resize_webp,
    "jp2": _resize_jp2,
    "avif": _resize_avif,
    "heic": _resize_avif,
    "ppm": _resize_ppm,
    "tga": _resize_tga,
}
