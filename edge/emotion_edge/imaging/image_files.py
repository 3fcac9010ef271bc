"""Image files: the one decoder for training images and for the edge's sources."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
# Pillow reads more formats, but some (EPS) start other programs.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
# A decompression bomb is a small file whose pixels fill the memory.
MAX_MEGAPIXELS = 50.0
Image.MAX_IMAGE_PIXELS = None
# The transposition that turns an image upright, by EXIF orientation.
TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageError(Exception):
    """An image cannot be read; the message gives the reason without the file's name."""


def find_images(folder: Path) -> list[Path]:
    """Return the image files in a folder and its subfolders, sorted, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and (path.is_file() or path.is_symlink())  # reading a broken link reports it
    )


def picture_format(path: Path) -> str | None:
    """Return Pillow's name of a still picture's format, by content; None if it is no picture.

    "HEIF" stands for HEIC, too. Raises OSError if the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(12)[4:] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
            return "HEIF"
        try:
            with Image.open(file, formats=(*FORMATS, "GIF", "TIFF")) as image:
                return image.format
        except Exception:  # Pillow raises anything on malformed files
            return None


def read_image(
    file: Path | BinaryIO, max_megapixels: float = MAX_MEGAPIXELS
) -> npt.NDArray[np.uint8]:
    """Decode an image to (rows, columns, 3) uint8 RGB, turned upright by its EXIF orientation.

    Greyscale and palette images become RGB; transparency is blended with white. Raises ImageError.
    """
    try:
        with Image.open(file, formats=(*FORMATS, "GIF", "TIFF")) as image:
            if image.width * image.height > max_megapixels * 1e6:
                raise ImageError(f"too large: {image.width} x {image.height} pixels")
            return np.asarray(_to_rgb(_upright(image)))
    except UnidentifiedImageError:
        raise ImageError("not a picture") from None
    except ImageError:
        raise
    except Exception as error:  # Pillow's decoders raise anything on malformed files
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ImageError(reason) from None


def _upright(image: Image.Image) -> Image.Image:
    # Not ImageOps.exif_transpose: it rewrites the EXIF data, and fails on unusual ones.
    transposition = TRANSPOSITIONS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    return image if transposition is None else image.transpose(transposition)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a pixel: keep the upper eight
        levels = (np.asarray(image) / 257).clip(0, 255).astype(np.uint8)
        return Image.fromarray(levels).convert("RGB")
    # Not image.has_transparency_data, which Bookworm's Pillow 9.4 lacks.
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")
