"""Cut a stream of JPEGs, such as multipart MJPEG, into pictures.

Cameras get the boundaries and lengths of multipart wrong, so only the JPEGs themselves count: a
JPEG's segments tell where it ends (ITU-T T.81, B.1). What stands between two is skipped.
"""

import re
from collections.abc import Iterator

from emotion_edge.capture.camera import CameraError

MAX_BYTES = 32 << 20  # of a picture
START = b"\xff\xd8\xff"
# In the coded data of a scan, 0 follows 0xFF, or a restart marker, or it is a fill byte.
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
# Markers: the first that a camera writes, start and end of a picture, start of a scan.
_FIRST, _PICTURE, _END, _SCAN = 0xC0, 0xD8, 0xD9, 0xDA


class JpegSplitter:
    """Finds the pictures in bytes that come in pieces of any size."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        """limit: bytes of a picture."""
        self._data, self._limit = bytearray(), limit
        self._place, self._in_scan = 0, False  # how far the picture is known; 0: none has begun

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the pictures that are whole now; raises CameraError for one that is too large."""
        self._data += data
        while self._begin():
            end = self._find_end()
            if end < 0:
                self._drop(2)  # damaged: the next one may begin here
            elif end:
                yield bytes(self._data[:end])
                self._drop(end)
            elif len(self._data) > self._limit:
                raise CameraError(f"a picture of more than {self._limit >> 20} MB")
            else:
                return

    def _drop(self, count: int) -> None:
        del self._data[:count]
        self._place, self._in_scan = 0, False

    def _begin(self) -> bool:
        """Return whether a picture has begun; drop what stands before it."""
        if not self._place:
            start = self._data.find(START)
            del self._data[: start if start >= 0 else max(0, len(self._data) - 2)]
            self._place = 2 if start >= 0 else 0
        return self._place > 0

    def _find_end(self) -> int:
        """Return where the picture ends; 0 if more bytes are needed, -1 if it is damaged."""
        while True:
            if self._in_scan and not self._leave_scan():
                return 0
            head = self._data[self._place : self._place + 4]
            if len(head) > 1 and head[:2] == b"\xff\xff":  # fill bytes
                self._place += 1
                continue
            if len(head) > 1 and head[0] == 0xFF and head[1] == _END:
                return self._place + 2
            if len(head) < 4:
                return 0
            if head[0] != 0xFF or head[1] < _FIRST or head[1] == _PICTURE:
                return -1
            self._place += 2 + int.from_bytes(head[2:], "big")
            self._in_scan = head[1] == _SCAN

    def _leave_scan(self) -> bool:
        """Go on to the marker after a scan; return whether it is there."""
        match = _END_OF_SCAN.search(self._data, self._place)
        self._place = match.start() if match else max(self._place, len(self._data) - 1)
        self._in_scan = match is None
        return match is not None
