"""The files in the zip behind a network, read with bounds on their number and sizes.

A zip of a megabyte can unpack to gigabytes, and one of a few megabytes can list a million files. So
the list is measured before zipfile reads it, and the unpacked sizes are added up before any file is
unpacked.
"""

import io
import struct
import zipfile
import zlib

from emotion_edge.model import limits

# Exceptions that zipfile raises for damaged bytes: an unknown method, an encryption flag, an offset
# out of bounds.
UNREADABLE_ZIP = (
    *(zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError, OverflowError),
    *(NotImplementedError, RuntimeError, EOFError, OSError),
)
_END = struct.Struct("<4s4H2LH")  # "end of central directory" in PKWARE's APPNOTE.TXT, 4.3.16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others cannot be unpacked piecemeal


class AppendedFiles:
    """The files behind a network, by name.

    start: where they begin, which is the network's length.
    """

    def __init__(self, content: bytes) -> None:
        """Read the list of files at the end of `content`; raises one of `UNREADABLE_ZIP`."""
        _check_end(content)
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        entries = self._archive.infolist()
        if (size := sum(entry.file_size for entry in entries)) > limits.MAX_UNPACKED:
            raise ValueError(f"the zip at its end unpacks to {size:,} bytes")
        if len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("two files in the zip at its end have the same name")
        self.start = min(entry.header_offset for entry in entries)

    def read(self, name: str, max_bytes: int) -> bytes | None:
        """Return the content of a file, None if there is none of this name.

        Raises one of `UNREADABLE_ZIP` if it is damaged or larger than `max_bytes`.
        """
        if name not in self._archive.namelist():
            return None
        entry = self._archive.getinfo(name)
        if entry.compress_type not in _METHODS:
            raise ValueError(f"{name} is compressed by another method than deflate")
        with self._archive.open(entry) as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise ValueError(f"{name} is larger than {max_bytes:,} bytes")
        return content


def _check_end(content: bytes) -> None:
    """Raise ValueError unless `content` ends with the end of a short list of files.

    Comments and the format for more than 4 GB are not read: convert writes neither.
    """
    if len(content) < _END.size:
        raise ValueError("the file is cut short")
    signature, *_, entries, size, _, comment = _END.unpack(content[-_END.size :])
    if signature != b"PK\5\6" or comment or content[-_END.size - 20 :].startswith(b"PK\6\7"):
        raise ValueError("the file is cut short, or has no zip at its end")
    if not 0 < entries <= limits.MAX_ENTRIES or size > limits.MAX_DIRECTORY:
        raise ValueError(f"the zip at its end has {entries} files, allowed: {limits.MAX_ENTRIES}")
