"""A digest of what this machine's decoding and preprocessing compute."""

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from PIL import ExifTags, Image

from emotion_edge.imaging.face_files import save_face
from emotion_edge.imaging.image_files import ImageError, read_picture
from emotion_edge.imaging.regions import Pixels, Region, whole

_TILTS = (0.0, 9.0)
_SIZES = ((1, 1), (97, 61), (61, 97), (31, 200), (320, 240))
_FORMATS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("JPEG", "RGB", {"quality": 85}),
    ("JPEG", "L", {"quality": 60}),
    ("JPEG", "CMYK", {}),
    ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "LA", {}),
    ("PNG", "P", {"transparency": 3}),
    ("PNG", "1", {}),
    ("PNG", "I;16", {}),
    ("WEBP", "RGB", {"quality": 80}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("BMP", "RGB", {}),
    ("TIFF", "RGB", {}),
    ("GIF", "P", {}),
    ("AVIF", "RGB", {}),
    ("JPEG2000", "RGB", {}),
)


def arithmetic_digest(preprocess: Callable[[Pixels, Region | None], Pixels]) -> bytes:
    """Return a digest of the preprocessed pixels of some fixed pictures, and of Pillow's version.

    The pictures have awkward sizes, and all file formats, modes and orientations; some name a face,
    level or tilted. So a change of our code or of a library that changes pixels changes the digest,
    while a change of a comment does not: a digest of the source would decode all pictures again
    after it. The versions of Pillow and pillow-heif stand for what these pictures do not show, such
    as HEIC and their treatment of damaged files.
    """
    digest = hashlib.sha256(f"{PIL.__version__} {_version_of_heif()}".encode())
    for file in _pictures():
        try:
            picture = read_picture(file)
            result = preprocess(picture.pixels, picture.face)
            digest.update(repr(result.shape).encode() + result.tobytes())
        except ImageError:  # a format that this Pillow was built without
            digest.update(b"unreadable")
    return digest.digest()


def _version_of_heif() -> str:
    try:
        return str(import_module("pillow_heif").__version__)
    except ImportError:  # an optional extra
        return ""


def _pictures() -> Iterator[io.BytesIO]:
    for size in _SIZES:
        yield _encode(_draw(*size), "PNG", {})
    for format_, mode, options in _FORMATS:
        picture = _draw(97, 61)
        grey = np.asarray(picture.convert("L"))
        deep = Image.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else None
        yield _encode(deep or picture.convert(mode), format_, options)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        yield _encode(_draw(64, 48).convert("RGB"), "JPEG", {"exif": exif})
    yield from _faces()


def _faces() -> Iterator[io.BytesIO]:
    """Yield pictures that name a face, which fills them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "face.png")
        for size in _SIZES:
            pixels = np.asarray(_draw(*size).convert("RGB"))
            for tilt in _TILTS:
                save_face(path, pixels, whole(pixels)._replace(tilt=tilt))
                yield io.BytesIO(path.read_bytes())


def _draw(width: int, height: int) -> Image.Image:
    """Return a picture in mode RGBA with smooth and rough parts, and without chance."""
    rows, columns = np.mgrid[:height, :width]
    smooth, rough = 255 * rows // height, (rows * 7 + columns * 13 + rows * columns) % 256
    channels = (smooth, rough, 255 * columns // width, 255 - smooth // 2)
    return Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8))


def _encode(picture: Image.Image, format_: str, options: dict[str, Any]) -> io.BytesIO:
    """Return the picture as a file; an empty one if this Pillow cannot write the format."""
    file = io.BytesIO()
    try:
        picture.save(file, format_, **options)
    except (KeyError, OSError):
        return io.BytesIO()
    file.seek(0)
    return file
