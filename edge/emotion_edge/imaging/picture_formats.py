"""Which files are still pictures, decided by their content.

Only formats that hold one whole photograph are pictures. Not among them, although Pillow reads
them: EPS and WMF, which start other programs; icons and cursors, which hold several small pictures;
films; textures of games; tables of numbers such as FITS.
"""

import errno
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

HEIF = "HEIF"
# The first bytes of each format, by Pillow's name. Brands of HEIF and AVIF: ISO/IEC 23008-12.
_SIGNATURES = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF....WEBP",
    "GIF": rb"GIF8[79]a",
    "BMP": rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "AVIF": rb"...[\x0c-\xff]ftyp(?:....)*?avi[fs]",
    HEIF: rb"...[\x0c-\xff]ftyp(?:....)*?(?:hei[cmsx]|hev[cmsx]|mif1|msf1)",
    "JPEG2000": rb"\xff\x4f\xff\x51\0|\0\0\0\x0cjP  \r\n\x87\n",
    "PPM": rb"P[1-6f]\s+[-#\d]",
    "PCX": rb"\n[\0\2\3\5]\x01[\1\2\4\x08]",
    "PSD": rb"8BPS\0\x01",
    "QOI": rb"qoif",
    "SGI": rb"\x01\xda[\0\1][\1\2]\0[\1-\3]",
    "SUN": rb"\x59\xa6\x6a\x95",
}
# TGA files begin with no signature: the header must be plausible, and the suffix right.
_TGA = rb".[\0\1][\1-\3\x09-\x0b].{9}(?!\0\0)..(?!\0\0)..[\x01\x08\x0f\x10\x18\x20]"
_FORMATS = {name: re.compile(pattern, re.DOTALL) for name, pattern in _SIGNATURES.items()}
# Files of these names are meant to be pictures, whatever they hold.
_SUFFIXES = """
    .avif .bmp .gif .heic .heif .hif .j2k .jfif .jp2 .jpe .jpeg .jpg .jpx .mpo .pbm .pcx .pfm .pgm
    .png .pnm .ppm .psd .qoi .sgi .tga .tif .tiff .webp
"""
IMAGE_SUFFIXES = frozenset(_SUFFIXES.split())
HEAD_BYTES = 64  # a file's brands are among the first
_KINDS = {
    stat.S_IFIFO: "a named pipe, not a file",
    stat.S_IFCHR: "a device, not a file",
    stat.S_IFBLK: "a device, not a file",
}


def picture_format(path: Path) -> str | None:
    """Return Pillow's name of a still picture's format, or None for any other file.

    Reads the first bytes only. "HEIF" and "AVIF" are returned whether or not they can be decoded
    here. Raises OSError if the file cannot be read, or is a folder, pipe or device.
    """
    with open_file(path) as file:
        return format_of(file.read(HEAD_BYTES), path.suffix)


def format_of(head: bytes, suffix: str = "") -> str | None:
    """Return the format of a picture by its first HEAD_BYTES; see `picture_format`.

    suffix: of the file's name; only TGA needs it.
    """
    if head[4:8] == b"ftyp":  # the box of brands may be shorter than the head
        head = head[: max(12, int.from_bytes(head[:4], "big"))]
    found = (name for name, pattern in _FORMATS.items() if pattern.match(head))
    is_tga = suffix.lower() == ".tga" and re.match(_TGA, head, re.DOTALL)
    return next(found, "TGA" if is_tga else None)


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading, never waiting as for a pipe; raises OSError for others."""
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))  # noqa: SIM115
    kind = stat.S_IFMT(os.fstat(file.fileno()).st_mode)
    if kind in _KINDS:
        file.close()
        raise OSError(errno.EINVAL, _KINDS[kind], str(path))
    return file
