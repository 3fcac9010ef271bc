"""Image files: the one decoder for training images and for the edge's sources."""

from contextlib import nullcontext
from importlib import import_module
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image, UnidentifiedImageError

from emotion_edge.imaging.face_files import face_in
from emotion_edge.imaging.header_checks import (
    HeaderError,
    check_tiff,
    jpeg_is_held_whole,
    webp_size,
)
from emotion_edge.imaging.picture_folders import list_pictures
from emotion_edge.imaging.picture_formats import HEAD_BYTES, HEIF, format_of, open_file
from emotion_edge.imaging.regions import Region
from emotion_edge.imaging.rgb import Pixels, upright_pixels
from emotion_edge.util.installation import install_hint

# A decompression bomb is a small file whose pixels fill the memory. Decoding takes up to 16 bytes a
# pixel (WebP), so these limits keep it below 0.5 GB, and 1.1 GB on a workstation.
MAX_MEGAPIXELS, WORKSTATION_MEGAPIXELS = 25.0, 64.0
# A JPEG is decoded at a half or a quarter of its sides if it is larger: the largest phone cameras
# have 200 megapixels. But libjpeg needs 8 bytes a pixel of a progressive one, and OpenJPEG 24; and
# Pillow decodes some formats in Python, which takes a second for a megapixel.
_JPEG_FACTOR, _HELD_WHOLE_FACTOR, _JPEG2000_FACTOR, _IN_PYTHON_FACTOR = 8, 2, 0.5, 0.125
_MAX_SIDE = 65_535  # JPEG's; scaling a line of millions of pixels takes gigabytes
_READ_WHOLE = {"WEBP", "AVIF", HEIF, "JPEG2000"}  # into memory, before they are decoded
_PLAIN_PPM = (b"P2", b"P3")
Image.MAX_IMAGE_PIXELS = None


class ImageError(Exception):
    """An image cannot be read; the message gives the reason without the file's name."""


class Picture(NamedTuple):
    """A decoded picture.

    pixels: (rows, columns, 3) uint8 RGB. reduction: 1, 2 or 4: how many of the file's pixels a
    row or column of `pixels` stands for. face: the region of the face, if the file names it.
    """

    pixels: Pixels
    reduction: int
    face: Region | None = None


def find_images(folder: Path) -> list[Path]:
    """Return the pictures in a folder and its subfolders, sorted; see `list_pictures`."""
    return list_pictures(folder).pictures


def read_image(file: Path | BinaryIO, max_megapixels: float = MAX_MEGAPIXELS) -> Pixels:
    """Return the pixels of a picture, (rows, columns, 3) uint8 RGB; see `read_picture`."""
    return read_picture(file, max_megapixels).pixels


def read_picture(file: Path | BinaryIO, max_megapixels: float = MAX_MEGAPIXELS) -> Picture:
    """Decode a picture of any format in `picture_formats`, turned upright by its EXIF orientation.

    Greyscale and palette images become RGB; transparency is blended with white; of an animation,
    the first frame is read. max_megapixels: of the decoded picture. A JPEG that has more is reduced
    while it is decoded. Raises ImageError, for a picture that is too large before it is decoded.
    """
    try:
        with open_file(file) if isinstance(file, Path) else nullcontext(file) as stream:
            suffix = file.suffix if isinstance(file, Path) else ""
            return _decode(stream, suffix, max_megapixels * 1e6)
    except (ImageError, HeaderError) as error:
        raise ImageError(str(error)) from None
    except UnidentifiedImageError:
        raise ImageError("damaged, or of a kind that this version of Pillow cannot read") from None
    except Exception as error:  # Pillow's decoders raise anything on malformed files
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ImageError(reason) from None


def _decode(file: BinaryIO, suffix: str, max_pixels: float) -> Picture:
    format_ = format_of(head := file.read(HEAD_BYTES), suffix)
    if format_ is None:
        raise ImageError("not a picture")
    _prepare_decoder(format_)
    length = file.seek(0, SEEK_END)
    factor = _check_header(file, format_, head, length, max_pixels)
    file.seek(0)
    with Image.open(file, formats=[format_]) as image:
        _limit(image.size, factor * max_pixels)
        reduction = _reduce(image, max_pixels)
        return Picture(upright_pixels(image), reduction, face_in(image.info, image.size))


def _check_header(
    file: BinaryIO, format_: str, head: bytes, length: int, max_pixels: float
) -> float:
    """Return by how much a format's limit differs from `max_pixels`.

    Raises ImageError or HeaderError for what must not reach Pillow.
    """
    if format_ in _READ_WHOLE and length > 2 * max_pixels:
        raise ImageError(f"too large: {length:,} bytes")
    file.seek(0)
    if format_ == "WEBP":
        _limit(webp_size(head), max_pixels)
    elif format_ == "TIFF":
        check_tiff(file, length, max_pixels)
    elif format_ == "JPEG":
        return _HELD_WHOLE_FACTOR if jpeg_is_held_whole(file) else _JPEG_FACTOR
    if format_ == "QOI" or head.startswith(_PLAIN_PPM):
        return _IN_PYTHON_FACTOR
    return _JPEG2000_FACTOR if format_ == "JPEG2000" else 1.0


def _prepare_decoder(format_: str) -> None:
    """Raise ImageError if a format's decoder is missing."""
    if format_ == HEIF:
        try:
            import_module("pillow_heif").register_heif_opener()
        except ImportError:
            reason = f"a HEIC picture; to read it: {install_hint('heic')}"
            raise ImageError(reason) from None
    Image.preinit()
    if format_ not in Image.OPEN:
        Image.init()
    if format_ not in Image.OPEN:
        raise ImageError(f"{format_}, which this version of Pillow cannot read")


def _limit(size: tuple[int, int], max_pixels: float) -> None:
    if max(size) > _MAX_SIDE:
        raise ImageError(f"too large: {size[0]} x {size[1]} pixels, more than {_MAX_SIDE} in a row")
    if size[0] * size[1] > max_pixels:
        raise ImageError(
            f"too large: {size[0]} x {size[1]} pixels, more than {max_pixels / 1e6:g} megapixels"
        )


def _reduce(image: Image.Image, max_pixels: float) -> int:
    """Let a large JPEG be decoded at a half or a quarter of its sides; return 1, 2 or 4."""
    width, height = image.size
    reduction = next((r for r in (1, 2) if -(-width // r) * -(-height // r) <= max_pixels), 4)
    if reduction > 1:
        image.draft(None, (width // reduction, height // reduction))
    return reduction
