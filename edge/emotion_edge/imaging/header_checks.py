"""What a picture's header says about the memory that decoding it takes, before Pillow opens it.

Bookworm's Pillow reads every value that a directory of TIFF or EXIF lists, even if thousands of
them are the same megabytes; and it allocates a WebP's pixels when it opens the file.
"""

import struct
from io import BytesIO
from typing import Any, BinaryIO

_VALUE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_VALUE_SIZES |= {16: 8, 17: 8, 18: 8}  # BigTIFF's
_SUBFILE, _TILE_WIDTH, _TILE_LENGTH = 254, 322, 323
_MAX_VALUES = 1 << 20  # of a tag; a picture's strips are listed one by one
_SPARE = 1 << 16  # bytes of values that may be listed twice
# PNG may have EXIF data as text.
_HEX_EXIF, _MAX_HEX_EXIF = "Raw profile type exif", 1 << 17
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers that describe the picture
_WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xDA)}
_START_OF_SCAN, _APP1 = 0xDA, 0xE1
_MAX_SCANS = 100  # programs write about ten
_MAX_HEADER, _MAX_MARKERS = 1 << 25, 100_000  # bytes of a JPEG before its pixels, steps


class HeaderError(Exception):
    """A header asks for more than a picture needs; the message is the reason."""


def webp_size(head: bytes) -> tuple[int, int]:
    """Return the width and height that a WebP file's first 30 bytes give; (0, 0) if they are wrong.

    Google, *WebP Container Specification* and *Lossless Bitstream Specification*; RFC 6386, 9.1.
    """
    kind, body = head[12:16], head[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        width, height = (int.from_bytes(body[i : i + 3], "little") + 1 for i in (4, 7))
        return width, height
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", body[6:10])
    return (width & 0x3FFF, height & 0x3FFF) if kind == b"VP8 " else (0, 0)


def check_tiff(file: BinaryIO, length: int, max_pixels: float) -> None:
    """Check the first directory of a TIFF file of `length` bytes.

    Raises HeaderError if its values take more, if its tiles have more than `max_pixels`, or if its
    picture is only a small copy, as in the raw files of cameras. Damaged directories are left to
    Pillow.
    """
    entries = _entries(file)
    _check_values(entries, length)
    values = {tag: value for tag, _, _, value in entries}
    width, height = values.get(_TILE_WIDTH, 1), values.get(_TILE_LENGTH, 1)
    if width * height > max_pixels:
        raise HeaderError(f"too large: its tiles have {width} x {height} pixels")
    if values.get(_SUBFILE, 0) & 1:
        raise HeaderError("a raw file of a camera: convert it to JPEG")


def _check_values(entries: list[tuple[int, int, int, int]], length: int) -> None:
    total = 0
    for _, size, count, value in entries:
        if size * count > 8 and value + size * count <= length:
            total += size * count
        if total > length + _SPARE or (size > 1 and count > _MAX_VALUES):
            raise HeaderError("its directory lists more than it holds")


def check_exif(info: dict[Any, Any]) -> None:
    """Remove EXIF data from a picture's `info` if reading them could fill the memory."""
    exif = (info.get("exif") or b"").removeprefix(b"Exif\0\0")
    try:
        _check_values(_entries(BytesIO(exif)), len(exif))
    except HeaderError:
        del info["exif"]
    if len(info.get(_HEX_EXIF, "")) > _MAX_HEX_EXIF:
        del info[_HEX_EXIF]


def _entries(file: BinaryIO) -> list[tuple[int, int, int, int]]:
    """Return each entry's tag, the bytes of a value, how many, and where they are (or the value).

    Adobe, *TIFF Revision 6.0*, 2; BigTIFF has longer numbers.
    """
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    try:
        is_big = struct.unpack_from(order + "H", head, 2)[0] == 43
        number, entry = ("Q", "HHQQ") if is_big else ("H", "HHLL")
        file.seek(struct.unpack_from(order + ("8xQ" if is_big else "4xL"), head)[0])
        number_size, entry_size = struct.calcsize(number), struct.calcsize(order + entry)
        (count,) = struct.unpack(order + number, file.read(number_size))
        data = file.read(min(count, 1 << 16) * entry_size)
    except (struct.error, OSError, OverflowError):
        return []
    whole = data[: len(data) // entry_size * entry_size]
    result = []
    for tag, kind, values, value in struct.iter_unpack(order + entry, whole):
        is_short = kind == 3 and values == 1 and order == ">"  # in the upper half of the field
        shift = (48 if is_big else 16) if is_short else 0
        result.append((tag, _VALUE_SIZES.get(kind, 0), values, value >> shift))
    return result


def jpeg_is_held_whole(file: BinaryIO) -> bool:
    """Read a JPEG up to its first scan; return whether libjpeg will hold all its coefficients.

    It does so for progressive pictures, and for those whose colours come one after the other
    (ITU-T T.81, B.2). Raises HeaderError for a header without end, for so many scans that decoding
    takes minutes, or if the values of its EXIF data take more than these.
    """
    exif, components, is_progressive = b"", 0, False
    file.seek(2)
    for _ in range(_MAX_MARKERS):
        marker = file.read(2)
        if not marker or file.tell() > _MAX_HEADER:
            break
        if marker[-1] in _WITHOUT_LENGTH:
            continue
        if marker[0] != 0xFF or marker[-1] == 0xFF:  # a fill byte, or damage
            file.seek(1 - len(marker), 1)
            continue
        length = max(2, int.from_bytes(file.read(2), "big"))
        body = file.read(length - 2)
        if marker[1] == _APP1 and body.startswith(b"Exif\0\0"):
            exif += body[6:]
        elif marker[1] in _FRAMES and len(body) > 5:
            components, is_progressive = body[5], marker[1] in _PROGRESSIVE
        elif marker[1] == _START_OF_SCAN:
            _check_values(_entries(BytesIO(exif)), len(exif))
            is_held_whole = is_progressive or body[:1] != bytes([components])
            if is_held_whole and _count_scans(file) > _MAX_SCANS:
                raise HeaderError(f"more than {_MAX_SCANS} scans")
            return is_held_whole
    raise HeaderError("it has no pixels")


def _count_scans(file: BinaryIO) -> int:
    """Return how many scans follow, or more: an embedded small copy has its own."""
    count, last = 1, b""
    while block := file.read(1 << 20):
        count += (last + block).count(bytes([0xFF, _START_OF_SCAN]))
        last = block[-1:]
    return count
