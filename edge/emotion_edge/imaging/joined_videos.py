"""Where each video in a file begins and ends: `cat a.mp4 b.mp4` puts two into one.

FFmpeg reads only the first of joined MP4, MOV, FLV and WMV files, and takes joined Matroska files
for one, whose pictures it then decodes wrongly. Nor does it say that such a file is cut off.
Sources: ISO/IEC 14496-12, 4.2; RFC 8794, 4 to 6; Adobe, *Video File Format Specification 10.1*,
annex E; Microsoft, *Advanced Systems Format Specification*, 2.1; Microsoft, *AVI RIFF File
Reference*.
"""

from collections.abc import Callable, Iterator
from io import SEEK_CUR, SEEK_END, SEEK_SET
from threading import Event
from typing import BinaryIO, NamedTuple

_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_FLV, _FLV_TAGS = b"FLV\x01", (b"\x08", b"\x09", b"\x12")
_ASF = bytes.fromhex("3026B2758E66CF11A6D900AA0062CE6C")
_ASF_DATA = bytes.fromhex("3626B2758E66CF11A6D900AA0062CE6C")
_HEAD_BYTES = 24


class Part(NamedTuple):
    """A video in a file: its bytes from `start` to `end`; missing: how many are cut off there."""

    start: int
    end: int
    missing: int = 0


class _Element(NamedTuple):
    """A piece of a file.

    size: in bytes; None if it reaches to the end of the file. is_first: whether a video begins with
    it. is_content: whether it holds frames.
    """

    size: int | None
    is_first: bool
    is_content: bool


def find_videos(file: BinaryIO, stop: Event) -> Iterator[Part]:
    """Yield each video in a file that can be read at any place, until `stop` is set.

    What is not understood belongs to the video before it. A file of another kind is one video.
    """
    length, start, position, missing = file.seek(0, SEEK_END), 0, 0, 0
    read = None
    while position < length and not stop.is_set():
        head = _head(file, position)
        read = _reader(head) or read  # another kind may follow
        element = read(head) if read else None
        if element and element.is_first and position > start:
            yield Part(start, position)
            start = position
        if element is None or element.size is None:
            break
        position += element.size
        missing = position - length if element.is_content else 0
    if not stop.is_set():
        yield Part(start, length, max(0, missing))


class PartFile:
    """A part of a file as a file, which ends when `stop` is set."""

    def __init__(self, file: BinaryIO, part: Part, stop: Event, name: str) -> None:
        """name: what the reader is to take for the file's name."""
        self._file, self._part, self._stop, self.name = file, part, stop, name
        self.seek(0)

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size`."""
        left = max(0, self._part.end - self._file.tell())
        return b"" if self._stop.is_set() else self._file.read(min(size, left))

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Go to a place in the part and return it; as `io.IOBase.seek`."""
        start, end = self._part[:2]
        base = {SEEK_SET: start, SEEK_CUR: self._file.tell(), SEEK_END: end}[whence]
        return self._file.seek(max(start, base + offset)) - start

    def tell(self) -> int:
        """Return the place in the part."""
        return self._file.tell() - self._part.start


def _head(file: BinaryIO, position: int) -> bytes:
    file.seek(position)
    return file.read(_HEAD_BYTES)


def _reader(head: bytes) -> Callable[[bytes], _Element | None] | None:
    """Return what reads the elements of a video with these first bytes; None for other kinds."""
    kinds = (
        (head[4:8] == b"ftyp", _box),
        (head.startswith(_EBML), _ebml_element),
        (head.startswith(_FLV), _flv_tag),
        (head.startswith(_ASF), _asf_object),
        (head.startswith(b"RIFF"), _riff_chunk),
    )
    return next((read for is_kind, read in kinds if is_kind), None)


def _box(head: bytes) -> _Element | None:
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if size == 1:
        size = int.from_bytes(head[8:16], "big")
    if 0 < size < 8:
        return None
    return _Element(size or None, kind == b"ftyp", kind in (b"moov", b"mdat", b"moof"))


def _ebml_element(head: bytes) -> _Element | None:
    name = 9 - head[0].bit_length()  # the zeros before the first 1 tell a number's length
    length = 9 - head[name].bit_length() if name <= 4 and len(head) > name else 9
    if length > 8:
        return None
    bits = 7 * length
    size = int.from_bytes(head[name : name + length], "big") & ((1 << bits) - 1)
    is_unknown = size == (1 << bits) - 1  # of a recording that was not finished
    return _Element(
        None if is_unknown else name + length + size,
        head.startswith(_EBML),
        head.startswith(_SEGMENT),
    )


def _flv_tag(head: bytes) -> _Element | None:
    """Read a tag, or the header; each is followed by 4 bytes: the length of the tag before."""
    if head.startswith(_FLV):
        return _Element(int.from_bytes(head[5:9], "big") + 4, is_first=True, is_content=False)
    size = 11 + int.from_bytes(head[1:4], "big") + 4
    return _Element(size, is_first=False, is_content=True) if head[:1] in _FLV_TAGS else None


def _asf_object(head: bytes) -> _Element | None:
    size = int.from_bytes(head[16:24], "little")
    if size < 24:
        return None
    return _Element(size, head.startswith(_ASF), head.startswith(_ASF_DATA))


def _riff_chunk(head: bytes) -> _Element | None:
    """Read a RIFF: an AVI above 1 GB has several, and all but the first are called AVIX."""
    size = int.from_bytes(head[4:8], "little")
    if not head.startswith(b"RIFF") or not size:  # a recording that was not finished
        return None
    return _Element(8 + size, is_first=head[8:12] == b"AVI ", is_content=True)
